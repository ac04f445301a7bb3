"""Ranking sentences as evidence, and choosing those that answer."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

import numpy as np

from bot.answering.analysis import PassageAnalysis, QuestionAnalysis, SentenceAnalysis
from bot.answering.copies import collapse_copies
from bot.answering.evidence_model import EvidenceModel
from bot.answering.features import Candidate
from index.generations import Generation
from index.search import SentenceHit
from index.text_store import about

MAX_EVIDENCE = 3
_KEPT_READINGS = 8_000  # a reading is some kilobytes: 55 MB at most
# What lies behind is not read: the features grow with the square of a sentence's length, and a
# "sentence" of 64 kB, a table that lost its line breaks, would hold up everyone for seconds.
_READ_CHARS = 2_000
# A further sentence is shown only where it is nearly as good as the best, in log-odds: a short
# answer with one right sentence beats three of which one is right. Chosen on the tuning halves of
# our questions (103 with an answer): with 1 a right one is among those shown for .82, 1.7 a
# question; with 1.5 for .84, 1.9; with 2 for .86, 2.1; always three for .88, 3.0.
_NEARLY_AS_GOOD = 1.5


_Reading = TypeVar("_Reading", SentenceAnalysis, PassageAnalysis)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence with its score: higher is better, to be compared within one question only."""

    hit: SentenceHit
    score: float
    copies: tuple[SentenceHit, ...] = ()


class EvidenceRanker:
    """Ranks sentences for a question. One instance belongs to one thread; it keeps what it has
    read of sentences, so that those asked about often are read once."""

    def __init__(self, model: EvidenceModel) -> None:
        self.model = model
        self._readings: OrderedDict[Hashable, SentenceAnalysis | PassageAnalysis] = OrderedDict()
        self._generation = ""  # whose rows the readings are of

    def rank(
        self, generation: Generation, question: QuestionAnalysis, hits: Sequence[SentenceHit]
    ) -> tuple[list[Evidence], float]:
        """The distinct hits, best first, and the probability that the first of them answers."""
        if generation.id != self._generation:
            self._readings.clear()
            self._generation = generation.id
        distinct = collapse_copies(hits)
        pool = [self.candidate(generation, each.hit) for each in distinct]
        ranking = self.model.rank(question, pool)
        order = np.argsort(-ranking.scores, kind="stable")
        ranked = [
            Evidence(distinct[i].hit, float(ranking.scores[i]), distinct[i].copies) for i in order
        ]
        return ranked, ranking.confidence

    def read(self, text: str) -> SentenceAnalysis:
        """The analysis of a sentence or a title that is in no index."""
        return self._kept(text, lambda: self._analysis(text))

    def candidate(self, generation: Generation, hit: SentenceHit) -> Candidate:
        """With the initials written out of which it is known what they stand for."""
        sentence = hit.sentence
        article, texts, initials = sentence.article, generation.texts, generation.initials
        position = sentence.row - article.first_sentence
        count = article.end_sentence - article.first_sentence

        def read(row: int) -> SentenceAnalysis:
            return self._kept(
                row, lambda: self._analysis(initials.expand(texts.sentence(row).text))
            )

        return Candidate(
            sentence=read(sentence.row),
            before=read(sentence.row - 1) if position else None,
            after=read(sentence.row + 1) if position + 1 < count else None,
            passage=self._kept(
                ("passage", sentence.passage),
                lambda: PassageAnalysis([read(row) for row in texts.rows_of(sentence.passage)]),
            ),
            title=self._kept(
                ("title", article.row), lambda: self._analysis(initials.expand(about(article)))
            ).stem_set,
            article=article.id,
            position=position,
            count=count,
            dense=hit.dense,
            passage_dense=hit.passage_dense,
        )

    def _analysis(self, text: str) -> SentenceAnalysis:
        return self.model.sentence(text[:_READ_CHARS])

    def _kept(self, key: Hashable, make: Callable[[], _Reading]) -> _Reading:
        """The least recently used go: forgetting all at once held up a question for 20 ms."""
        if key in self._readings:
            self._readings.move_to_end(key)
        else:
            self._readings[key] = make()
            if len(self._readings) > _KEPT_READINGS:
                self._readings.popitem(last=False)
        return cast(_Reading, self._readings[key])  # a key always has readings of one kind


def choose_evidence(ranked: Sequence[Evidence]) -> list[Evidence]:
    """The best sentence and those nearly as good."""
    enough = ranked[0].score - _NEARLY_AS_GOOD if ranked else 0.0
    return [evidence for evidence in ranked[:MAX_EVIDENCE] if evidence.score >= enough]
