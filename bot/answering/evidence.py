"""Ranking sentences as evidence, and choosing those that answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.answering.analysis import QuestionAnalysis, SentenceAnalysis
from bot.answering.copies import collapse_copies
from bot.answering.evidence_model import EvidenceModel
from bot.answering.features import Candidate
from index.generations import Generation
from index.initials import Initials
from index.search import SentenceHit
from index.text_store import StoredSentence, about

MAX_EVIDENCE = 3
_KEPT_READINGS = 20_000  # a reading is some kilobytes: 100 MB at most
# What lies behind is not read: the features grow with the square of a sentence's length, and a
# "sentence" of 64 kB, a table that lost its line breaks, would hold up everyone for seconds.
_READ_CHARS = 2_000
# A further sentence is shown only where it is nearly as good as the best, in log-odds: a short
# answer with one right sentence beats three of which one is right. Chosen on the tuning halves of
# our questions (103 with an answer): with 1 a right one is among those shown for .82, 1.7 a
# question; with 1.5 for .84, 1.9; with 2 for .86, 2.1; always three for .88, 3.0.
_NEARLY_AS_GOOD = 1.5


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
        self._readings: dict[str, SentenceAnalysis] = {}
        self._generation = ""  # whose initials the readings have written out

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

    def read(self, text: str, initials: Initials | None = None) -> SentenceAnalysis:
        """The analysis of a sentence, a passage or a title, with the initials in it written out
        where it is known what they stand for."""
        reading = self._readings.get(text)
        if reading is None:
            if len(self._readings) >= _KEPT_READINGS:
                self._readings.clear()
            read = initials.expand(text) if initials else text
            reading = self._readings[text] = self.model.sentence(read[:_READ_CHARS])
        return reading

    def candidate(self, generation: Generation, hit: SentenceHit) -> Candidate:
        sentence = hit.sentence
        article = sentence.article
        initials, texts = generation.initials, generation.texts
        return Candidate(
            sentence=self.read(sentence.text, initials),
            before=self._neighbour(generation, sentence, -1),
            after=self._neighbour(generation, sentence, +1),
            passage=self.read(texts.passage(sentence.passage).text, initials),
            title=self.read(about(article), initials).stem_set,
            article=article.id,
            position=sentence.row - article.first_sentence,
            count=article.end_sentence - article.first_sentence,
            dense=hit.dense,
            passage_dense=hit.passage_dense,
        )

    def _neighbour(
        self, generation: Generation, sentence: StoredSentence, step: int
    ) -> SentenceAnalysis | None:
        row, article = sentence.row + step, sentence.article
        if not article.first_sentence <= row < article.end_sentence:
            return None
        return self.read(generation.texts.sentence(row).text, generation.initials)


def choose_evidence(ranked: Sequence[Evidence]) -> list[Evidence]:
    """The best sentence and those nearly as good."""
    enough = ranked[0].score - _NEARLY_AS_GOOD if ranked else 0.0
    return [evidence for evidence in ranked[:MAX_EVIDENCE] if evidence.score >= enough]
