"""News: the newest articles, each by the sentence that says most of what is new in it."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.answering.overview.calendar import (
    article_date,
    held_rows,
    moments_of,
    period_of,
    within,
)
from bot.answering.overview.corrections import corrected_entry, withdrawn_entries
from bot.answering.overview.entries import Entry, key_of
from bot.answering.overview.material import Material, centrality, material, material_of
from bot.domain.overviews import OverviewRequest
from index.generations.reader import Generation
from index.retrieval import SentenceHit
from index.stores.text_store import StoredArticle, StoredSentence

_ARTICLES_EACH = 2  # articles read per entry, because some only repeat others
_SENTENCES, _COMPARED = 12, 6  # of an article: read, and compared with older articles
_NEAREST, _READ_NEAREST = 16, 4  # older sentences per sentence, and those whose words are read
_NOVELTY = 0.3  # weight of 1 - cosine to the nearest older sentence
_MOSTLY = 0.6  # share of copies from which on an article says nothing new


class LatestArticles:
    """Overview of the articles that are new in the request's period, newest first. With `about`,
    only its sentences are shown."""

    def __init__(
        self,
        generation: Generation,
        request: OverviewRequest,
        about: Sequence[SentenceHit] | None,
    ) -> None:
        self._generation, self._request = generation, request
        self._about = None if about is None else [hit.sentence for hit in about]
        self._moments = moments_of(generation.texts.times)
        self._entries: dict[Hashable, Entry] = {}

    def entries(self) -> list[Entry]:
        """Choose the entries, newest first, at most as many as the request wants."""
        texts, request = self._generation.texts, self._request
        rows = within(
            texts, held_rows(texts.times, period_of(request)), request.since, request.until
        )
        rows = self._with_topic(rows)[: _ARTICLES_EACH * request.entries]
        for row in rows[::-1].tolist():  # oldest first: a later copy says nothing new
            self._add(texts.articles[row])
        oldest = int(self._moments[rows].min()) if len(rows) else 0
        found = list(self._entries.values())
        if self._about is None:
            found += withdrawn_entries(self._generation, request, oldest)
        found.sort(key=lambda entry: (entry.when, entry.sentence.article.row), reverse=True)
        return found[: request.entries]

    def _with_topic(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        if self._about is None:
            return rows
        articles = np.array([sentence.article.row for sentence in self._about], np.int64)
        return rows[np.isin(rows, articles)]

    def _add(self, article: StoredArticle) -> None:
        entry = corrected_entry(self._generation, article, self._request.since)
        if entry is not None and self._is_about(entry.sentence):
            self._entries[entry.sentence.row] = entry
            return
        there = self._material(article)
        keys = [self._key(sentence) for sentence in there.sentences]
        known = [place for place, key in enumerate(keys) if key in self._entries]
        chosen = self._choose(article, there, len(known))
        if chosen is None:
            for place in known[:1]:
                key = keys[place]
                self._entries[key] = self._entries[key].with_copy(there.sentences[place])
            return
        place, score = chosen
        when = article_date(article, self._generation.texts.times)
        self._entries[keys[place]] = Entry(when, there.sentences[place], score)

    def _is_about(self, sentence: StoredSentence) -> bool:
        return self._about is None or any(each.row == sentence.row for each in self._about)

    def _material(self, article: StoredArticle) -> Material:
        if self._about is None:
            return material(self._generation, [article], _SENTENCES)
        return material_of(
            self._generation, [each for each in self._about if each.article.row == article.row]
        )

    def _choose(
        self, article: StoredArticle, there: Material, known: int
    ) -> tuple[int, float] | None:
        """Choose the sentence that says most of what older articles do not say. Return its place
        and its score, or None if the article mostly repeats others."""
        if not there.sentences:
            return None
        scores = there.standing + centrality(there.vectors, there.vectors.mean(axis=0))
        best = np.argsort(-scores, kind="stable")[:_COMPARED]
        novelty = self._novelty(article, there, best)
        repeats = max(int((novelty < 0).sum()), known)
        if repeats > _MOSTLY * len(best):
            return None
        scores[best] += np.where(novelty < 0, -np.inf, _NOVELTY * novelty)
        place = int(best[np.argmax(scores[best])])
        return place, float(scores[place])

    def _novelty(
        self, article: StoredArticle, there: Material, places: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Return 1 - the cosine to the nearest sentence of an older article; -1 for a copy."""
        texts, found = self._generation.texts, np.ones(len(places))
        cosines, rows = self._generation.sentence_vectors.search(there.vectors[places], _NEAREST)
        older = self._is_older(texts.articles_of(rows.ravel()), article).reshape(rows.shape)
        for number, place in enumerate(places.tolist()):
            near = rows[number][older[number]]
            if not len(near):
                continue
            found[number] = 1 - float(cosines[number][older[number]][0])
            key = self._key(there.sentences[place])
            if any(self._key(each) == key for each in texts.sentences(near[:_READ_NEAREST])):
                found[number] = -1
        return found

    def _is_older(self, rows: NDArray[np.int64], article: StoredArticle) -> NDArray[np.bool_]:
        mine = self._moments[article.row]
        moments = self._moments[rows]
        older: NDArray[np.bool_] = (moments < mine) | ((moments == mine) & (rows < article.row))
        return older

    def _key(self, sentence: StoredSentence) -> Hashable:
        return key_of(self._generation, sentence)
