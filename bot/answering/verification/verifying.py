"""Whether the sentences that a claim cites carry it: supported, contradicted, or neither.

A claim is supported where nothing particular in it is missing from its evidence and its words stand
together there as they do in the claim. It is contradicted where it would be supported with one
number, date or name of the evidence in the place of its own, or without a "not".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.answering.analysis import WordWeights
from bot.answering.verification.comparison import Comparison, is_in
from bot.answering.verification.features import support_features
from bot.answering.verification.findings import Finding, findings
from bot.answering.verification.reading import Reading, SentenceReader
from bot.answering.verification.support_model import SupportModel
from bot.claims import FindingKind, Standing
from index.initials import Initials
from index.models import Span

_EXCHANGED = {FindingKind.NUMBER, FindingKind.DATE, FindingKind.NAME, FindingKind.SPEAKER}
_MOST_EXCHANGES = 6  # that are tried for one finding
_READ_CHARS = 2_000  # of a sentence; a table that lost its line breaks holds nobody up


@dataclass(frozen=True, slots=True)
class Cited:
    """An evidence sentence, what it stands in (its article's title and date, a sentence that
    it leans on)."""

    text: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`score` is halfway between how likely the evidence is to carry the claim and the share of its
    words that it has; `findings` tell why it is not supported, and are none where it is."""

    standing: Standing
    score: float
    findings: tuple[Finding, ...]


class Verifier:
    """Verifies claims. One instance belongs to one thread, as its reader does."""

    def __init__(self, words: WordWeights, model: SupportModel | None = None) -> None:
        """With the model that the package carries unless another is given."""
        self._reader = SentenceReader(words)
        self._model = model or SupportModel.load()

    def verify(
        self, claim: str, cited: Sequence[Cited], initials: Initials | None = None
    ) -> Verdict:
        """`initials` are those of the articles that the evidence comes from."""
        if len(claim) > _READ_CHARS:  # what stands behind might be anything
            return Verdict(Standing.NOT_FOUND, 0.0, (Finding(FindingKind.SUPPORT),))
        compared = self.compare(claim, cited, initials)
        verdict = self._judge(compared, findings(compared))
        if verdict.standing is Standing.NOT_FOUND:
            return self._contradicted(compared, verdict, initials) or verdict
        return verdict

    def compare(
        self, claim: str, cited: Sequence[Cited], initials: Initials | None = None
    ) -> Comparison:
        """The claim beside its evidence, as the features read it."""
        claimed = self._reader.read_claim(claim, initials)
        return Comparison(
            self._reader,
            claimed,
            [
                self._reader.read_evidence(each.text[:_READ_CHARS], claimed, initials)
                for each in cited
            ],
            frozenset[str]().union(*(self._reader.stems(each.context) for each in cited)),
        )

    def _judge(self, compared: Comparison, found: list[Finding]) -> Verdict:
        carried = self._model.probability(support_features(compared, found))
        if not compared.claim.content or not compared.evidence or carried < self._model.threshold:
            found = found or [Finding(FindingKind.SUPPORT)]
        standing = Standing.NOT_FOUND if found else Standing.SUPPORTED
        # The probability hardly tells a claim that is half told from one that is not told at all.
        told = compared.share(compared.anywhere, compared.claim.telling) if compared.evidence else 0
        score = (carried + told) / 2
        return Verdict(standing, score, tuple(found))

    def _contradicted(
        self, compared: Comparison, verdict: Verdict, initials: Initials | None
    ) -> Verdict | None:
        """The claim as it would stand, if that is supported."""
        found = verdict.findings
        if all(each.kind is FindingKind.NEGATION for each in found):
            if self._judge(compared, []).standing is Standing.SUPPORTED:
                return replace(verdict, standing=Standing.CONTRADICTED)
            return None
        spans = {each.claim for each in found}
        kinds = {each.kind for each in found}
        if len(spans) != 1 or not kinds <= _EXCHANGED:
            return None
        for exchange in _exchanges(compared, found[0]):
            changed = self._exchanged(compared, exchange, initials)
            if self._judge(changed, findings(changed)).standing is Standing.SUPPORTED:
                return Verdict(Standing.CONTRADICTED, verdict.score, (exchange,))
        return None

    def _exchanged(
        self, compared: Comparison, exchange: Finding, initials: Initials | None
    ) -> Comparison:
        """With the evidence's own in the place of what the claim has."""
        at, number, span = exchange.claim, exchange.evidence, exchange.evidence_span
        assert at is not None
        assert number is not None
        assert span is not None
        claim = compared.claim.text
        other = compared.evidence[number].text[span.start : span.end]
        changed = self._reader.read(f"{claim[: at.start]}{other}{claim[at.end :]}", initials)
        return Comparison(self._reader, changed, compared.evidence, compared.context)


def _exchanges(compared: Comparison, found: Finding) -> Iterator[Finding]:
    """What of the same kind the sentences have that the claim may go back to, and the claim has
    not: each as the finding that it would be."""
    tried = 0
    for number, evidence in enumerate(compared.evidence):
        if evidence not in compared.bearing:
            continue
        for span in _alike(compared.claim, evidence, found):
            if tried < _MOST_EXCHANGES:
                yield replace(found, evidence=number, evidence_span=span)
            tried += 1


def _alike(claim: Reading, evidence: Reading, found: Finding) -> Iterator[Span]:
    at = found.claim
    if found.kind is FindingKind.NUMBER:
        mine = next(q for q in claim.quantities if Span(q.start, q.end) == at)
        for quantity in evidence.quantities:
            if quantity.is_alike(mine) and not any(quantity.is_same(q) for q in claim.quantities):
                yield Span(quantity.start, quantity.end)
    elif found.kind is FindingKind.DATE:
        date = next(d for d in claim.dates if Span(d.start, d.end) == at)
        yield from (Span(d.start, d.end) for d in evidence.dates if date.differs_from(d))
    else:
        stems = frozenset(claim.stems)
        for name in evidence.names:
            if not all(is_in(stem, stems) for stem in name.stems):
                yield Span(name.start, name.end)
