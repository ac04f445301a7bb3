"""Check of a text against the articles: find sentences for each claim, and verify it against the
closest ones."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bot.answering.candidates import retrieve
from bot.answering.citing.citations import check_citations, cite, cite_closest, needed_before
from bot.answering.draft_sentence import SentenceSupport, SentenceToVerify
from bot.answering.question.follow_up import Understood
from bot.answering.ranking.copies import DistinctHit
from bot.answering.ranking.evidence import Evidence, EvidenceRanker
from bot.answering.text.context import leans_on_previous, named_by
from bot.answering.verification.findings import Finding
from bot.answering.verification.paraphrase import Paraphrases
from bot.answering.verification.ruling import PAST, Ruling, has_past, ruling_on, ruling_on_past
from bot.answering.verification.selection import Judged, verify_best
from bot.answering.verification.verifier import Cited, Verifier
from bot.domain.claims import (
    Check,
    CheckedSentence,
    CheckRequest,
    Piece,
    Reason,
    Standing,
    claim_spans,
)
from bot.domain.models import Citation
from index.generations.live import LiveGeneration
from index.generations.reader import Generation
from index.models import Span
from index.period import NOW, Period
from index.retrieval import LEXICAL_WEIGHT, Searcher, SentenceHit
from index.stores.text_store import about

_VERIFIED = 12  # sentences that each claim is verified against


class Checker:
    """Checker of texts. An instance belongs to one thread, because its parts do."""

    def __init__(self, ranker: EvidenceRanker) -> None:
        self._searcher, self._ranker = Searcher(), ranker
        self._verifier = Verifier(ranker.model.words, judge=ranker.judge)
        self._paraphrases = Paraphrases(self._verifier)

    def check(
        self,
        live: LiveGeneration,
        request: CheckRequest,
        before_each: Callable[[], None] = lambda: None,
    ) -> Check:
        """Check each sentence of a text. Raises QuestionError if the text is refused, and what
        `before_each` raises, which is called before each sentence."""
        started = time.perf_counter()
        text, generation = request.text, live.generation
        spans = claim_spans(text)
        understood = [*_understood(text, spans)]
        written_out = [
            replace(
                each,
                asked=generation.initials.expand(each.asked),
                context=generation.initials.expand(each.context),
            )
            for each in understood
        ]
        vectors = live.encoder.encode_queries([each.text for each in written_out])
        sentences: list[CheckedSentence] = []
        numbered = 0
        for span, claim, vector in zip(spans, written_out, vectors, strict=True):
            before_each()
            judged = self._judge(generation, text[span.start : span.end], claim, vector)
            sentence = _checked(generation, text, span, judged, numbered)
            numbered += len(sentence.citations) + len(sentence.closest)
            sentences.append(sentence)
        return Check(
            id=request.id,
            text=text,
            sentences=tuple(sentences),
            generation=generation.id,
            elapsed_ms=round((time.perf_counter() - started) * 1000, 2),
        )

    def verify(self, drafted: SentenceToVerify) -> SentenceSupport:
        """Find the cited sentences that support a drafted one."""
        generation = drafted.receipt.generation
        hits = [drafted.receipt.ranked[n].hit for n in drafted.evidence]
        cited = [_cited(generation, hit) for hit in hits]
        self._verifier.read_ahead(drafted.text, cited)
        judged = verify_best(self._verifier, drafted.text, cited, generation.initials)
        if judged is None or judged.against or judged.verdict.standing is not Standing.SUPPORTED:
            findings = judged.verdict.findings if judged else ()
            return SentenceSupport((), tuple(dict.fromkeys(each.kind for each in findings)))
        return SentenceSupport(tuple(drafted.evidence[n] for n in judged.by))

    def repeats(self, generation: Generation, sentence: str, others: Sequence[str]) -> bool:
        """Return whether one of the others says all that the sentence says."""
        return any(
            self._paraphrases.repeats(sentence, each, generation.initials) for each in others
        )

    def _judge(
        self,
        generation: Generation,
        claim: str,
        understood: Understood,
        vector: NDArray[np.float32],
    ) -> Ruling | None:
        """Judge a claim by the articles that hold now. If they do not support it, try the texts
        that no longer hold. Return None if no sentence is found."""
        texts = generation.texts
        found = self._found(generation, claim, understood, vector, NOW)
        ruling = ruling_on(texts, *found) if found else None
        if (ruling and ruling.holds_now) or not has_past(texts):
            return ruling
        past = self._found(generation, claim, understood, vector, PAST)
        return (past and ruling_on_past(texts, *past, ruling)) or ruling

    def _found(
        self,
        generation: Generation,
        claim: str,
        understood: Understood,
        vector: NDArray[np.float32],
        period: Period,
    ) -> tuple[Judged, Sequence[DistinctHit]] | None:
        """Judge a claim by the sentence that supports it best, or by two if no single one does. A
        claim that opens with a pronoun and is not found is tried again with the name from the
        sentence before, because a pronoun says too little. Return None if no sentence is found."""
        hits = retrieve(self._searcher, generation, understood, vector, period)
        # Rank by the sentence alone: its passage does not support the claim.
        hits.sort(key=lambda hit: hit.dense + LEXICAL_WEIGHT * hit.lexical, reverse=True)
        distinct = self._ranker.pool(generation, hits)[0][:_VERIFIED] if hits else []
        cited = [_cited(generation, each.hit) for each in distinct]
        self._verifier.read_ahead(claim, cited)
        judged = verify_best(self._verifier, claim, cited, generation.initials)
        named = named_by(claim, understood.context)
        if named and judged and judged.verdict.standing is Standing.NOT_FOUND:
            by_name = verify_best(self._verifier, named, cited, generation.initials)
            if by_name and by_name.verdict.standing is Standing.SUPPORTED:
                judged = by_name  # supported, so it has no findings with offsets in `named`
        return None if judged is None else (judged, distinct)


def _understood(text: str, spans: Sequence[Span]) -> Iterator[Understood]:
    """Yield each sentence. If it refers back, the sentence before is its context."""
    before = ""
    for span in spans:
        sentence = text[span.start : span.end]
        yield Understood(sentence, before if leans_on_previous(sentence) else "")
        before = sentence


def _cited(generation: Generation, hit: SentenceHit) -> Cited:
    """Collect a sentence with its article's title and date, and the sentences that it refers back
    to."""
    sentence = hit.sentence
    before = tuple(each.text for each in needed_before(generation.texts, sentence))
    context = "\n".join([about(sentence.article), *before])
    return Cited(sentence.text, context, sentence.article.title, before)


def _checked(
    generation: Generation, text: str, span: Span, judged: Ruling | None, numbered: int
) -> CheckedSentence:
    sentence = text[span.start : span.end]
    if judged is None:
        return CheckedSentence(
            start=span.start, end=span.end, text=sentence, standing=Standing.NOT_FOUND, score=0.0
        )
    verdict = judged.verdict
    evidence = [Evidence(each.hit, verdict.score, each.copies) for each in judged.hits]
    found = verdict.standing is not Standing.NOT_FOUND
    shown = cite(generation.texts, evidence) if found else cite_closest(generation.texts, evidence)
    shown = judged.with_dates_of_change(generation.texts, shown)
    shown = tuple(c.model_copy(update={"number": c.number + numbered}) for c in shown)
    check_citations(generation.texts, shown)
    return CheckedSentence(
        start=span.start,
        end=span.end,
        text=sentence,
        standing=verdict.standing,
        until=judged.until,
        score=round(verdict.score, 4),
        citations=shown if found else (),
        closest=() if found else shown,
        reasons=tuple(_reason(finding, text, span, judged, shown) for finding in verdict.findings),
    )


def _reason(
    finding: Finding, text: str, span: Span, judged: Ruling, shown: Sequence[Citation]
) -> Reason:
    in_text = in_article = number = None
    if finding.claim is not None:
        start, end = span.start + finding.claim.start, span.start + finding.claim.end
        in_text = Piece(start=start, end=end, text=text[start:end])
    if finding.evidence is not None and finding.evidence_span is not None:
        sentence = judged.hits[finding.evidence].hit.sentence
        at = finding.evidence_span
        in_article = Piece(
            start=sentence.start + at.start,
            end=sentence.start + at.end,
            text=sentence.text[at.start : at.end],
        )
        number = next(c.number for c in shown if _is_of(c, sentence.article.id, sentence.start))
    return Reason(kind=finding.kind, in_text=in_text, in_article=in_article, citation=number)


def _is_of(citation: Citation, article: str, start: int) -> bool:
    return (citation.article_id, citation.start) == (article, start)
