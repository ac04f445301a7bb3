"""Ranking sentences as evidence, and choosing those that answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.answering.analysis import QuestionAnalysis
from bot.answering.copies import DistinctHit, collapse_copies
from bot.answering.evidence_model import EvidenceModel
from bot.answering.lexicon import Lexicon
from bot.answering.pool import Pool, retrieved
from index.generations import Generation
from index.search import SentenceHit

MAX_EVIDENCE = 3
_MOST_WORDS = 100_000  # that are known: 30 MB
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
    """Ranks sentences for a question. One instance belongs to one thread; it keeps what it knows of
    a generation's words."""

    def __init__(self, model: EvidenceModel) -> None:
        self.model = model
        self._lexicon: Lexicon | None = None
        self._generation = ""  # whose words those are

    def rank(
        self, generation: Generation, question: QuestionAnalysis, hits: Sequence[SentenceHit]
    ) -> tuple[list[Evidence], float]:
        """The distinct hits, best first, and the probability that the first of them answers."""
        if not hits:
            return [], 0.0
        distinct, pool = self.pool(generation, hits)
        ranking = self.model.rank(question, pool)
        order = np.argsort(-ranking.scores, kind="stable")
        ranked = [
            Evidence(distinct[i].hit, float(ranking.scores[i]), distinct[i].copies) for i in order
        ]
        return ranked, ranking.confidence

    def pool(
        self, generation: Generation, hits: Sequence[SentenceHit]
    ) -> tuple[list[DistinctHit], Pool]:
        """The distinct ones of some hits, and these as candidates."""
        pool = retrieved(generation, self._lexicon_of(generation), hits)
        distinct = collapse_copies(hits, pool)
        return distinct, pool.only([each.place for each in distinct])

    def _lexicon_of(self, generation: Generation) -> Lexicon:
        known = self._lexicon
        if known is None or generation.id != self._generation or known.read_words > _MOST_WORDS:
            self._lexicon = known = Lexicon(generation.tokens.words, self.model.words)
            self._generation = generation.id
        return known


def choose_evidence(ranked: Sequence[Evidence]) -> list[Evidence]:
    """The best sentence and those nearly as good."""
    enough = ranked[0].score - _NEARLY_AS_GOOD if ranked else 0.0
    return [evidence for evidence in ranked[:MAX_EVIDENCE] if evidence.score >= enough]
