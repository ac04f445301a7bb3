"""Ranking of sentences as evidence, and the choice of those that answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from bot.answering.judge.inputs import Task
from bot.answering.judge.judge import Judge, Judgement
from bot.answering.judge.model import load_judge
from bot.answering.judge.windows import Candidate, judge_windows, windows_over
from bot.answering.question.analysis import QuestionAnalysis
from bot.answering.question.follow_up import Understood
from bot.answering.ranking.copies import DistinctHit, collapse_copies
from bot.answering.ranking.evidence_model import EvidenceModel, judged_places
from bot.answering.ranking.lexicon import Lexicon
from bot.answering.ranking.pool import Pool, retrieved
from bot.answering.ranking.second_reading import SecondReading
from index.generations.reader import Generation
from index.retrieval import SentenceHit
from index.stores.text_store import StoredSentence

MAX_EVIDENCE = 3
_MOST_LISTED = 6  # sentences for a list
_ANSWERS_ALONE = 0.0  # log-odds of the judge: more likely than not
_MOST_WORDS = 100_000  # known words after which the lexicon starts anew: 30 MB
# Largest gap to the best sentence, in log-odds, at which another one is shown. One right sentence
# alone is better than one right among three. Share of questions with a right sentence shown, and
# sentences per question, on the tuning halves of our questions (103 with an answer):
# gap 1: .82, 1.7; gap 1.5: .84, 1.9; gap 2: .86, 2.1; always three sentences: .88, 3.0.
_NEARLY_AS_GOOD = 1.5
# Log-odds by which a follow-up read alone must answer better: any "they" of the articles fits it.
_READ_ALONE = 2.0
_READ_FOR_A_READING = 6  # sentences judged to compare the readings of a follow-up


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence with its score. A higher score is better, and comparable only within one
    question."""

    hit: SentenceHit
    score: float
    copies: tuple[SentenceHit, ...] = ()
    judged: Judgement | None = None


class EvidenceRanker:
    """Ranker of sentences for a question. An instance belongs to one thread. It caches what it
    knows of the words of one generation."""

    def __init__(self, model: EvidenceModel, judge: Judge | None = None) -> None:
        """Use the given judge, or load the judge of the package. Raises EncoderError if it cannot
        be loaded."""
        self.model, self.judge = model, judge or Judge(load_judge())
        self._second_reading = SecondReading.load()
        self._lexicon: Lexicon | None = None
        self._generation = ""  # the lexicon's generation

    def for_another_thread(self) -> "EvidenceRanker":
        """Return a ranker with the same model and judge, and a lexicon of its own."""
        return EvidenceRanker(self.model, self.judge)

    def rank(
        self, generation: Generation, question: QuestionAnalysis, hits: Sequence[SentenceHit]
    ) -> tuple[list[Evidence], float]:
        """Rank the distinct hits, best first. Return them with the probability that the first one
        answers."""
        if not hits:
            return [], 0.0
        distinct, pool = self.pool(generation, hits)
        sentences = [each.hit.sentence for each in distinct]
        ranking = self.model.rank(
            question, pool, partial(self._judged, generation, question.text, sentences)
        )
        order = np.argsort(-ranking.scores, kind="stable").tolist()
        ranked = [
            Evidence(
                distinct[i].hit,
                float(ranking.scores[i]),
                distinct[i].copies,
                ranking.judged.get(i),
            )
            for i in order
        ]
        best = ranked[0].hit.sentence.text
        return ranked, self._second_reading.revised(
            self.judge, question.text, best, ranking.confidence
        )

    def choose_reading(
        self, generation: Generation, understood: Understood, hits: Sequence[SentenceHit]
    ) -> str:
        """Choose the reading of a question that the sentences answer best. The earlier one wins a
        tie."""
        if len(understood.readings) < 2 or not hits:
            return understood.readings[0] if understood.readings else understood.asked
        distinct, pool = self.pool(generation, hits)
        question = self.model.question(understood.asked, understood.context)
        places = judged_places(self.model.base_scores(question, pool), _READ_FOR_A_READING)
        sentences = [distinct[i].hit.sentence for i in places.tolist()]

        def best(reading: str) -> float:
            judged = self.judged(generation, Task.QUESTION, reading, sentences)
            alone = _READ_ALONE if reading == understood.asked else 0.0
            return max(each.answers for each in judged) - alone

        return max(understood.readings, key=best)

    def judged(
        self,
        generation: Generation,
        task: Task,
        asked: str,
        sentences: Sequence[StoredSentence],
    ) -> list[Judgement]:
        """Judge each sentence, and return the judgements in the order of the sentences."""
        texts = generation.texts
        candidates = [
            Candidate(s.row, s.article.row, s.article.first_sentence, s.article.title)
            for s in sentences
        ]
        known = {sentence.row: sentence.text for sentence in sentences}
        windows = windows_over(
            candidates,
            lambda row: known[row] if row in known else texts.sentence(row).text,
            self.judge.tokens_in,
        )
        return judge_windows(self.judge, task, asked, windows, len(sentences))

    def _judged(
        self,
        generation: Generation,
        asked: str,
        sentences: Sequence[StoredSentence],
        places: Sequence[int],
    ) -> list[Judgement]:
        return self.judged(generation, Task.QUESTION, asked, [sentences[i] for i in places])

    def pool(
        self, generation: Generation, hits: Sequence[SentenceHit]
    ) -> tuple[list[DistinctHit], Pool]:
        """Group the hits by copies. Return the distinct hits, and a pool with these as
        candidates."""
        pool = retrieved(generation, self._lexicon_of(generation), hits)
        distinct = collapse_copies(hits, pool)
        return distinct, pool.only([each.place for each in distinct])

    def _lexicon_of(self, generation: Generation) -> Lexicon:
        known = self._lexicon
        if known is None or generation.id != self._generation or known.read_words > _MOST_WORDS:
            self._lexicon = known = Lexicon(generation.tokens.words, self.model.words)
            self._generation = generation.id
        return known


def list_evidence(ranked: Sequence[Evidence]) -> list[Evidence]:
    """Choose the evidence for a question that asks for a list: also sentences further behind, if
    the judge finds that they answer by themselves. Their order stays."""
    rows = {each.hit.sentence.row for each in choose_evidence(ranked)}
    also = (
        each
        for each in ranked[1:_MOST_LISTED]
        if each.judged is not None and each.judged.answers >= _ANSWERS_ALONE
    )
    rows |= {each.hit.sentence.row for each in also}
    return [each for each in ranked[:_MOST_LISTED] if each.hit.sentence.row in rows]


def choose_evidence(ranked: Sequence[Evidence]) -> list[Evidence]:
    """Choose the best sentence, and at most two more that are nearly as good."""
    enough = ranked[0].score - _NEARLY_AS_GOOD if ranked else 0.0
    return [evidence for evidence in ranked[:MAX_EVIDENCE] if evidence.score >= enough]
