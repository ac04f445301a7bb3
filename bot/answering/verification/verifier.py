"""Verification of a claim by the sentences that it cites: supported, contradicted, or neither.

A claim is supported if its evidence lacks nothing particular, and has its words together as the
claim does. It is contradicted if one change would make it supported. The change is a number, date
or name of the evidence in place of its own, a "not" left out, or two names exchanged. It is unclear
if the evidence leaves it open.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp

from bot.answering.judge.inputs import Task
from bot.answering.judge.judge import Judge, Judgement, Window
from bot.answering.judge.model import load_judge
from bot.answering.question.analysis import WordWeights
from bot.answering.verification.comparison import Comparison, is_in
from bot.answering.verification.doubts import denied_by_judge, doubted, turned, unclear
from bot.answering.verification.features import support_features
from bot.answering.verification.findings import Finding, findings
from bot.answering.verification.reading import Reading, SentenceReader
from bot.answering.verification.support_model import SupportModel
from bot.domain.claims import FindingKind, Standing
from index.models import Span
from index.text.initials import Initials

_EXCHANGED = {FindingKind.NUMBER, FindingKind.DATE, FindingKind.NAME, FindingKind.SPEAKER}
_MOST_EXCHANGES = 6  # exchanges that are tried for one finding
_MOST_BEFORE = 2  # sentences before the evidence that the judge reads
_NOT_AT_ALL = -10.0  # log-odds
_NOTHING = Judgement(_NOT_AT_ALL, _NOT_AT_ALL, _NOT_AT_ALL, None, 0.0)
# Log-odds of the judge from which it may find a claim supported that its words do not. The judge
# reads "4 May" and "May 4" as different dates, so it has no veto over the words.
_SUPPORTS = 1.0
_READ_CHARS = 2_000  # of a sentence; a table without line breaks would take too long


@dataclass(frozen=True, slots=True)
class Cited:
    """An evidence sentence and what surrounds it. `context` is its article's title and date, and
    the sentences that it refers back to. The judge reads `title` and `before`; `before` holds those
    sentences."""

    text: str
    context: str = ""
    title: str = ""
    before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """The result for a claim. `score` is the mean of three values: the probability that the
    evidence supports the claim, the judge's own probability, and the share of the claim's words
    that the evidence has. `findings` are the reasons why the claim is not supported; a supported
    claim has none. `supports` and `contradicts` are the judge's log-odds. `exchanged` is
    the claim with two names exchanged, if the evidence supports that instead; or else ""."""

    standing: Standing
    score: float
    findings: tuple[Finding, ...]
    supports: float = _NOT_AT_ALL
    contradicts: float = _NOT_AT_ALL
    exchanged: str = ""


class Verifier:
    """Verifier of claims. An instance belongs to one thread, because its reader does."""

    def __init__(
        self, words: WordWeights, model: SupportModel | None = None, judge: Judge | None = None
    ) -> None:
        """Use the given models, or load those of the package."""
        self._reader = SentenceReader(words)
        self._model = model or SupportModel.load()
        self._judge = judge or Judge(load_judge())

    def verify(
        self, claim: str, cited: Sequence[Cited], initials: Initials | None = None
    ) -> ClaimVerdict:
        """Verify a claim by the cited sentences. `initials` come from the articles of the evidence.
        A claim of more than 2,000 characters counts as not found."""
        if len(claim) > _READ_CHARS:  # the rest would stay unverified
            return ClaimVerdict(Standing.NOT_FOUND, 0.0, (Finding(FindingKind.SUPPORT),))
        compared = self.compare(claim, cited, initials)
        judged = self.judged(claim, cited)
        verdict = self.decide(compared, findings(compared), judged)
        if verdict.standing is Standing.SUPPORTED:
            return doubted(self, compared, verdict, cited) or verdict
        return (
            self._contradicted(compared, verdict, initials)
            or turned(self, compared, verdict, cited, initials)
            or denied_by_judge(self, compared, verdict, cited)
            or unclear(self, compared, verdict, judged, cited)
            or verdict
        )

    def judged(self, claim: str, cited: Sequence[Cited]) -> Judgement:
        """Judge the claim beside the cited sentences, which are read as one."""
        if not cited:
            return _NOTHING
        ((judged,),) = self._judge.judge(Task.CLAIM, claim, [judge_window(cited)])
        return judged

    def read_ahead(self, claim: str, cited: Sequence[Cited]) -> None:
        """Let the judge read the claim beside each sentence, in parallel on all cores. `verify`
        then finds the judgements in the cache."""
        self._judge.judge(Task.CLAIM, claim, [judge_window([each]) for each in cited])

    def stems(self, text: str) -> frozenset[str]:
        """Return the stems of the words of a text."""
        return self._reader.stems(text)

    def compare(
        self, claim: str, cited: Sequence[Cited], initials: Initials | None = None
    ) -> Comparison:
        """Compare the claim with its evidence, as the features need it."""
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

    def decide(
        self, compared: Comparison, found: list[Finding], judged: Judgement | None
    ) -> ClaimVerdict:
        """Decide the verdict. Without a judgement only the words count."""
        said = judged or _NOTHING
        features = support_features(compared, found, said)
        told = self._model.by_words(features) >= self._model.lexical_threshold
        by_judge = self._model.by_judge(features)
        if judged is not None and _may_be_judged(compared):
            sure = said.supports >= _SUPPORTS and by_judge >= self._model.threshold
            told = told or sure
        if not compared.claim.content or not compared.evidence or not told:
            found = found or [Finding(FindingKind.SUPPORT)]
        standing = Standing.NOT_FOUND if found else Standing.SUPPORTED
        score = _score(compared, by_judge, said)
        return ClaimVerdict(standing, score, tuple(found), said.supports, said.contradicts)

    def _contradicted(
        self,
        compared: Comparison,
        verdict: ClaimVerdict,
        initials: Initials | None,
    ) -> ClaimVerdict | None:
        """Return the verdict that the claim is contradicted, if a changed claim is supported by its
        words alone."""
        found = verdict.findings
        if all(each.kind is FindingKind.NEGATION for each in found):
            if self.decide(compared, [], None).standing is Standing.SUPPORTED:
                return replace(verdict, standing=Standing.CONTRADICTED)
            return None
        spans = {each.claim for each in found}
        kinds = {each.kind for each in found}
        if len(spans) != 1 or not kinds <= _EXCHANGED:
            return None
        for exchange in _exchanges(compared, found[0]):
            changed = self._exchanged(compared, exchange, initials)
            if self.decide(changed, findings(changed), None).standing is Standing.SUPPORTED:
                return replace(verdict, standing=Standing.CONTRADICTED, findings=(exchange,))
        return None

    def _exchanged(
        self, compared: Comparison, exchange: Finding, initials: Initials | None
    ) -> Comparison:
        """Replace the part of the claim by the part of the evidence, and compare again."""
        at, number, span = exchange.claim, exchange.evidence, exchange.evidence_span
        assert at is not None
        assert number is not None
        assert span is not None
        claim = compared.claim.text
        other = compared.evidence[number].text[span.start : span.end]
        changed = self._reader.read(f"{claim[: at.start]}{other}{claim[at.end :]}", initials)
        return Comparison(self._reader, changed, compared.evidence, compared.context)


def _may_be_judged(compared: Comparison) -> bool:
    """Return whether the judge may find a claim supported that its words do not support. It needs a
    single sentence that states all that it says, because the judge does not recognise orders. A
    claim with "@", which addresses people, is left out."""
    states_all = not any(each.withheld for each in compared.evidence)
    return len(compared.evidence) == 1 and states_all and "@" not in compared.claim.text


def _score(compared: Comparison, carried: float, judged: Judgement) -> float:
    """Compute the mean of three scores. The probability alone hardly separates a claim that is half
    in the evidence from one that is not in it at all. On WiCE this mean has an AUROC of .81, the
    probability .69, the judge .74, the words .79."""
    told = compared.share(compared.anywhere, compared.claim.telling) if compared.evidence else 0
    return (carried + told + 1 / (1 + exp(-judged.supports))) / 3


def judge_window(cited: Sequence[Cited]) -> Window:
    """Build a window with the cited sentences as one, after the two sentences at most that the
    first of them refers back to."""
    first, text = cited[0], " ".join(each.text[:_READ_CHARS] for each in cited)
    before = first.before[-_MOST_BEFORE:]
    return Window(first.title, (*before, text), (len(before),))


def _exchanges(compared: Comparison, found: Finding) -> Iterator[Finding]:
    """Yield the possible exchanges, at most six. Each is a part of the same kind that a likely
    source sentence has and the claim lacks, as the finding that it would be."""
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
