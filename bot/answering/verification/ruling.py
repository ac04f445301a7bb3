"""Rulings on claims: the verdict of the articles that hold now, and of those that no longer do."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bot.answering.citing.supersession import of_other_periods, supersedes
from bot.answering.citing.survey import replaced_on, with_dates_of_change
from bot.answering.ranking.copies import DistinctHit
from bot.answering.verification.findings import Finding
from bot.answering.verification.selection import OPPOSING, Judged, opposes, outweighs
from bot.answering.verification.verifier import ClaimVerdict
from bot.domain.claims import Standing
from bot.domain.models import Citation
from index.generations.reader import TextStore
from index.period import Period
from index.stores.text_store import StoredSentence
from index.stores.times import OPEN, ArticleTimes


class Past(Period):
    """Texts that no longer hold: earlier versions, and articles that were withdrawn."""

    def admits(self, times: ArticleTimes) -> NDArray[np.bool_]:
        """Return a mask of these articles."""
        past: NDArray[np.bool_] = times.until != OPEN
        return past


PAST = Past()


def has_past(texts: TextStore) -> bool:
    """Return whether the generation has texts that no longer hold."""
    return bool((texts.times.until != OPEN).any())


@dataclass(frozen=True, slots=True)
class Ruling:
    """The verdict on a claim, and the hits that it rests on. Findings refer to these hits by index.
    `until` is the date from which the first hit of an outdated claim no longer holds."""

    verdict: ClaimVerdict
    hits: tuple[DistinctHit, ...]
    until: str = ""

    @property
    def holds_now(self) -> bool:
        """True if articles that hold now support the claim, whatever others say."""
        return self.verdict.standing in (Standing.SUPPORTED, Standing.DISPUTED, Standing.OUTDATED)

    def with_dates_of_change(
        self, texts: TextStore, citations: Sequence[Citation]
    ) -> tuple[Citation, ...]:
        """Mark the citations that later ones or later versions replace."""
        marked = with_dates_of_change(texts, citations, None)
        if not self.until:
            return marked
        first = self.hits[0].hit.sentence
        return tuple(
            citation.model_copy(update={"superseded": self.until})
            if (citation.article_id, citation.start) == (first.article.id, first.start)
            else citation
            for citation in marked
        )


def ruling_on(texts: TextStore, judged: Judged, found: Sequence[DistinctHit]) -> Ruling:
    """Rule on a claim by the articles that hold now. A supported claim is outdated if a later
    article replaces the sentence that supports it, and disputed if another one states something
    else."""
    hits, supported = tuple(found[n] for n in judged.by), judged.supported
    if supported is None or not judged.against:
        return Ruling(judged.verdict, hits)
    mine = hits[0].hit.sentence
    against = [each for each in judged.against if _stands_against(texts, mine, found, each)]
    opposing = [each for each in against if _opposes(mine, found, each)]
    later = [each for each in opposing if supersedes(texts, _sentence(found, each), mine)]
    if later:
        first = min(later, key=lambda each: _published(texts, _sentence(found, each)))
        article = _sentence(found, first).article
        date = article.published or article.seen
        return _beside(supported, hits, first, found, Standing.OUTDATED, date)
    other = [each for each in opposing if _states_another_value(each.verdict)]
    if other:
        return _beside(supported, hits, other[0], found, Standing.DISPUTED)
    outweighed = any(outweighs(each.verdict, supported) for each in against)
    return Ruling(judged.verdict if outweighed else supported, hits)


def ruling_on_past(
    texts: TextStore, judged: Judged, found: Sequence[DistinctHit], now: Ruling | None
) -> Ruling | None:
    """Rule on a claim by texts that no longer hold. Return None if they do not support it. `now` is
    the ruling by the articles that hold. Its sentences are shown too if they contradict the claim,
    or if they are of the newest version of the same article."""
    if judged.verdict.standing is not Standing.SUPPORTED:
        return None
    hits = tuple(found[n] for n in judged.by)
    sentence = hits[0].hit.sentence
    until = replaced_on(texts, sentence.article.id, sentence.text)
    if not until:
        return None
    verdict = replace(judged.verdict, standing=Standing.OUTDATED)
    if now is None:
        return Ruling(verdict, hits, until)
    contradicted = now.verdict.standing is Standing.CONTRADICTED
    current = now.hits[0].hit.sentence.article.id == sentence.article.newest_id
    if not (contradicted or current):
        return Ruling(verdict, hits, until)
    findings = tuple(_moved(now.verdict.findings, len(hits))) if contradicted else ()
    return Ruling(replace(verdict, findings=findings), (*hits, *now.hits), until)


def _beside(
    verdict: ClaimVerdict,
    hits: tuple[DistinctHit, ...],
    other: Judged,
    found: Sequence[DistinctHit],
    standing: Standing,
    until: str = "",
) -> Ruling:
    """Build the ruling by a supporting sentence and by one that contradicts the claim."""
    findings = tuple(_moved(other.verdict.findings, len(hits)))
    both = (*hits, found[other.by[0]])
    return Ruling(replace(verdict, standing=standing, findings=findings), both, until)


def _moved(findings: Iterable[Finding], places: int) -> Iterator[Finding]:
    for each in findings:
        if each.evidence is not None:
            yield replace(each, evidence=each.evidence + places)
        elif each.claim is not None:
            yield each


def _stands_against(
    texts: TextStore, mine: StoredSentence, found: Sequence[DistinctHit], other: Judged
) -> bool:
    """Return whether a sentence can stand against the one that supports the claim. A figure of one
    year does not stand against that of another, and a superseded sentence not against the one that
    replaced it."""
    theirs = _sentence(found, other)
    return not (of_other_periods(mine, theirs) or supersedes(texts, mine, theirs))


def _opposes(mine: StoredSentence, found: Sequence[DistinctHit], other: Judged) -> bool:
    """Return whether a sentence of another article states another value."""
    return _sentence(found, other).article.row != mine.article.row and opposes(other.verdict)


def _states_another_value(verdict: ClaimVerdict) -> bool:
    return any(each.kind in OPPOSING for each in verdict.findings)


def _sentence(found: Sequence[DistinctHit], judged: Judged) -> StoredSentence:
    return found[judged.by[0]].hit.sentence


def _published(texts: TextStore, sentence: StoredSentence) -> int:
    return int(texts.times.published[sentence.article.row])
