"""Proximity: are words that are close in a question close in the sentences, and how close to them
is something new?"""

from itertools import pairwise

import numpy as np

from bot.answering.ranking.candidate_words import Rows
from bot.answering.ranking.matches import QuestionMatches
from bot.answering.ranking.pool import Array

_APART = 1 << 20  # words between two sentences: more than any sentence has


class Nearness:
    """Distances of the question's terms from the candidates' words."""

    def __init__(self, reading: QuestionMatches) -> None:
        self._question, self._told = reading.question, reading.told
        self._found = reading.are_terms
        self._place = np.arange(len(self._told.of)) + _APART * self._told.of
        before = np.where(self._found, self._place, -_APART)
        behind = np.where(self._found, self._place, self._place[-1] + _APART)
        # Position of each term (rows) that is the nearest before and after each word (columns).
        self._before = np.maximum.accumulate(before, axis=1)
        self._behind = np.minimum.accumulate(behind[:, ::-1], axis=1)[:, ::-1]

    def together(self) -> Array:
        """Compute the weighted share of neighbouring content words of the question that are near
        each other in the sentence."""
        terms = {term: row for row, term in enumerate(self._question.terms)}
        weights, content = self._question.weights, self._question.content
        found, total = np.zeros(len(self._told.starts)), 0.0
        distance = np.minimum(self._place - self._before, self._behind - self._place)
        for (i, left), (j, right) in pairwise(content):
            here, there = terms[left], terms[right]
            weight = float(weights[here] + weights[there])
            total += weight
            if here != there:
                between = np.where(self._found[here], distance[there], _APART)
                spread = np.minimum.reduceat(between, self._told.starts) - (j - i)
                found += np.where(spread <= 2, weight, np.where(spread <= 6, weight / 2, 0.0))
        return found / total if total else found

    def nearest(self, first: Rows, last: Rows) -> tuple[Array, Array]:
        """Measure how close the nearest of these runs of words is to the question's words in each
        candidate (1: next to all of them). Return this, and 1 or 0 for whether the candidate has a
        run at all."""
        near, some = np.zeros((2, len(self._told.starts)))
        candidates = self._told.of[first]
        some[candidates] = 1.0
        before = np.maximum(self._place[first] - self._before[:, last], 0)
        gap = np.minimum(before, self._behind[:, last] - self._place[last])
        closeness = self._question.weights @ np.where(gap < _APART // 2, 1 / (1 + gap / 4), 0.0)
        np.maximum.at(near, candidates, closeness)
        return near / (float(self._question.weights.sum()) + 1e-6), some
