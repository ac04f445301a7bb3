"""Timelines: dated sentences, at most one a day, oldest first."""

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.answering.overview.calendar import (
    article_date,
    event_date,
    held_rows,
    period_of,
    within,
)
from bot.answering.overview.entries import Entry, key_of
from bot.answering.overview.material import Material, Vectors, centrality, material, material_of
from bot.answering.text.dates import MONTHS
from bot.domain.overviews import OverviewRequest
from index.generations.reader import Generation
from index.retrieval import SentenceHit
from index.stores.text_store import StoredArticle, StoredSentence

# Read without a topic, however large the index is: for each entry two days, 4 articles a day, and
# 16 sentences an article. The dates of the best 3 of them are read, which takes longest, and of the
# best 3 that name a month.
_DAYS_EACH, _ARTICLES, _SENTENCES, _DATED = 2, 4, 16, 3
_MONTH = re.compile(rf"\b(?:{'|'.join(month.capitalize() for month in MONTHS)})\b")
_DAY_S = 86_400
_GOLDEN = 0.6180339887498949  # spreads the days that are chosen among equals evenly
_COVERAGE = 0.1  # weight of the log of the number of sentences for a date
_REPEATED = 0.85  # cosine from which on a sentence repeats an earlier entry
_NEARLY_AS_GOOD = 0.1  # a later sentence of an article says little without the first ones
_MAY_BE_COPY = 0.4  # copies under other headlines have other vectors, but not very different ones


@dataclass(frozen=True, slots=True)
class _Dated:
    """A sentence with its date, its vector and its score."""

    when: str
    sentence: StoredSentence
    vector: Vectors
    score: float


class Timeline:
    """Timeline of the articles of the request's period, or of the sentences `about` a topic."""

    def __init__(
        self,
        generation: Generation,
        request: OverviewRequest,
        about: Sequence[SentenceHit] | None,
    ) -> None:
        self._generation, self._request, self._about = generation, request, about

    def entries(self) -> list[Entry]:
        """Choose the entries, oldest first, at most as many as the request wants."""
        by_date: dict[str, list[_Dated]] = {}
        for each in self._dated():
            by_date.setdefault(each.when, []).append(each)
        found: dict[Hashable, Entry] = {}
        weights: dict[Hashable, float] = {}
        shown: list[Vectors] = []
        for when in sorted(by_date):
            candidates = sorted(by_date[when], key=lambda each: -each.score)
            chosen = self._choose(candidates, found, shown)
            if chosen is None:
                continue
            key = self._key(chosen.sentence)
            shown.append(chosen.vector)
            found[key] = self._entry(chosen, key, candidates)
            weights[key] = chosen.score + _COVERAGE * float(np.log(len(candidates)))
        kept = sorted(found, key=lambda key: -weights[key])[: self._request.entries]
        return sorted((found[key] for key in kept), key=lambda entry: entry.when)

    def _choose(
        self,
        candidates: Sequence[_Dated],
        found: dict[Hashable, Entry],
        shown: Sequence[Vectors],
    ) -> _Dated | None:
        """Choose the best sentence that no earlier entry says, if it is nearly as good as the best
        of the day. A copy is added to its entry."""
        for candidate in candidates:
            if candidate.score < candidates[0].score - _NEARLY_AS_GOOD:
                return None
            key, article = self._key(candidate.sentence), candidate.sentence.article
            if key in found:
                if all(each.article.row != article.row for each in found[key].places):
                    found[key] = found[key].with_copy(candidate.sentence)
            elif not _repeats(candidate.vector, shown):
                return candidate
        return None

    def _entry(self, chosen: _Dated, key: Hashable, candidates: Iterable[_Dated]) -> Entry:
        own = chosen.sentence.article.row
        copies = {
            each.sentence.article.row: each.sentence
            for each in candidates
            if each.sentence.article.row != own
            and float(each.vector @ chosen.vector) >= _MAY_BE_COPY
            and self._key(each.sentence) == key
        }
        return Entry(chosen.when, chosen.sentence, chosen.score, tuple(copies.values()))

    def _dated(self) -> list[_Dated]:
        there, relevance = self._material()
        if not there.sentences:
            return []
        scores = there.standing + centrality(there.vectors, there.vectors.mean(axis=0)) + relevance
        return [
            _Dated(
                event_date(there.sentences[i], self._day(there.sentences[i].article)),
                there.sentences[i],
                there.vectors[i],
                float(scores[i]),
            )
            for i in self._to_date(there, scores)
        ]

    def _to_date(self, there: Material, scores: NDArray[np.float64]) -> list[int]:
        """Return the places of the sentences whose dates are read: the best of each article and the
        best that name a month, or all of a topic."""
        if self._about is not None:
            return list(range(len(scores)))
        kept: dict[tuple[int, bool], list[int]] = {}
        for place in np.argsort(-scores, kind="stable").tolist():
            sentence = there.sentences[place]
            dated = _MONTH.search(sentence.text) is not None
            alike = kept.setdefault((sentence.article.row, dated), [])
            if len(alike) < _DATED:
                alike.append(place)
        return sorted(place for places in kept.values() for place in places)

    def _day(self, article: StoredArticle) -> str:
        return article_date(article, self._generation.texts.times)

    def _material(self) -> tuple[Material, NDArray[np.float64]]:
        """Return the sentences to choose from, and how relevant each is to the topic."""
        texts, request = self._generation.texts, self._request
        held = held_rows(texts.times, period_of(request))
        rows = within(texts, held, request.since, request.until)
        if self._about is None:
            found = material(self._generation, self._articles(rows), _SENTENCES)
            return found, np.zeros(len(found.sentences))
        known = set(rows.tolist())
        hits = [hit for hit in self._about if hit.sentence.article.row in known]
        found = material_of(self._generation, [hit.sentence for hit in hits])
        return found, np.array([hit.score for hit in hits])

    def _articles(self, rows: NDArray[np.int64]) -> list[StoredArticle]:
        """Choose the articles to read: the days with most articles, and some of each day."""
        days = self._generation.texts.times.published[rows] // _DAY_S
        unique, counts = np.unique(days, return_counts=True)
        order = np.lexsort((unique * _GOLDEN % 1, -counts))[: _DAYS_EACH * self._request.entries]
        chosen = []
        for day in unique[order].tolist():
            of_day = rows[days == day]
            spread = np.linspace(0, len(of_day) - 1, min(len(of_day), _ARTICLES)).astype(np.int64)
            chosen.extend(of_day[spread].tolist())
        return [self._generation.texts.articles[row] for row in sorted(chosen)]

    def _key(self, sentence: StoredSentence) -> Hashable:
        return key_of(self._generation, sentence)


def _repeats(vector: Vectors, shown: Sequence[Vectors]) -> bool:
    return bool(shown) and float((np.stack(shown) @ vector).max()) >= _REPEATED
