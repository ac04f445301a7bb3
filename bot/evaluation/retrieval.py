"""Retrieval and evidence over an index: our methods and the baselines, on equal terms."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.answering.encoded_question import EncodedQuestion
from bot.answering.pipeline import QuestionAnswerer
from bot.answering.ranking.evidence import Evidence
from bot.answering.receipt import Receipt
from bot.domain.models import Question
from bot.evaluation.metrics import best_first
from bot.evaluation.outcomes import Outcome
from bot.evaluation.plain_bm25 import PlainBm25
from bot.evaluation.questions import EvalQuestion
from bot.evaluation.verdicts import Place
from index.generations.live import LiveGeneration
from index.retrieval import Searcher
from index.stores.text_store import StoredSentence

DEPTH = 40  # ranks that count: the pipeline chooses evidence from as many
METHODS = BM25, DENSE, HYBRID, EVIDENCE = "BM25", "dense", "hybrid", "evidence"
ABLATIONS = CHEAP, JUDGE = "cheap", "judge"  # evidence without the judge, and the judge alone
_BATCH = 32

_UNKNOWN = float("nan")


@dataclass(frozen=True, slots=True)
class Ranking:
    """Ranking by one method, best first: sentences by place, articles by id.

    `score` is the confidence, or the best sentence's score of a method without confidence."""

    sentences: list[Place]
    articles: list[str]
    score: float


Method = Callable[[EncodedQuestion], Ranking]


class Methods:
    """All methods over one index, by name. One instance belongs to one thread."""

    def __init__(self, live: LiveGeneration, answerer: QuestionAnswerer | None = None) -> None:
        """Prepare the methods; a given `answerer` saves opening one per index."""
        self._live, self._texts = live, live.generation.texts
        self._answerer, self._searcher = answerer or QuestionAnswerer(), Searcher()
        texts = self._texts
        self._rows = texts.sentences(range(texts.sentence_count))
        self._passage_rows = np.arange(texts.passage_count)
        self._bm25_sentences = PlainBm25([sentence.text for sentence in self._rows])
        self._bm25_articles = PlainBm25([texts.article_text(each) for each in texts.articles])
        self.all: dict[str, Method] = {
            BM25: self._bm25,
            DENSE: self._dense,
            HYBRID: self._hybrid,
            EVIDENCE: self._evidence,
            CHEAP: self._cheap,
            JUDGE: self._judge,
        }
        self._last: tuple[EncodedQuestion, Receipt] | None = None

    def encode(self, questions: Sequence[Question]) -> list[EncodedQuestion]:
        """Encode each question once, as the pipeline understands it, for all methods."""
        return [
            encoded
            for start in range(0, len(questions), _BATCH)
            for encoded in self._answerer.encode(self._live, questions[start : start + _BATCH])
        ]

    def outcomes(self, questions: Sequence[EvalQuestion]) -> dict[str, list[Outcome]]:
        """Run every method on every question."""
        encoded = self.encode(questions)
        found: dict[str, list[Outcome]] = {name: [] for name in self.all}
        for question, each in zip(questions, encoded, strict=True):
            for name, method in self.all.items():
                found[name].append(outcome_of(question, method(each)))
        return found

    def _bm25(self, encoded: EncodedQuestion) -> Ranking:
        """Rank articles by BM25 of their whole text, and sentences by BM25 of their own.

        The query is the question as typed, since a baseline has no question understanding."""
        typed = encoded.question.question
        scores = self._bm25_sentences.scores(typed)
        articles = best_first(self._bm25_articles.scores(typed))
        ids = [self._texts.articles[row].id for row in articles[:DEPTH]]
        return Ranking(self._places(best_first(scores)[:DEPTH]), ids, float(scores.max()))

    def _dense(self, encoded: EncodedQuestion) -> Ranking:
        """Rank sentences by cosine, and articles by the cosine of their best passage."""
        generation = self._live.generation
        scores, rows = generation.sentence_vectors.search(encoded.vector[None], DEPTH)
        cosines = generation.passage_vectors.vectors(self._passage_rows) @ encoded.vector
        passages = best_first(cosines.astype(np.float64))[:DEPTH]
        ids = [self._texts.passage(int(row)).article.id for row in passages]
        return Ranking(self._places(rows[0]), _once(ids), float(scores[0, 0]))

    def _hybrid(self, encoded: EncodedQuestion) -> Ranking:
        """Rank in the order of `dealbot search`."""
        hits = self._searcher.search(
            self._live.generation, encoded.understood.text, encoded.vector, DEPTH
        )
        best = hits.sentences[0].score if hits.sentences else 0.0
        found = [_place(hit.sentence) for hit in hits.sentences]
        return Ranking(found, _once(hit.passage.article.id for hit in hits.passages), best)

    def _evidence(self, encoded: EncodedQuestion) -> Ranking:
        """Rank in the order, and with the confidence, of `dealbot ask`.

        An article ranks where its best sentence does."""
        receipt = self._receipt(encoded)
        sentences = [each.hit.sentence for each in receipt.ranked]
        return _ranking(sentences, receipt.answer.confidence)

    def _cheap(self, encoded: EncodedQuestion) -> Ranking:
        """Rank the sentences of `evidence` in the cheap ranker's order."""
        receipt, ranker = self._receipt(encoded), self._answerer.ranker
        if not receipt.ranked:
            return _ranking([], -np.inf)
        hits = [each.hit for each in receipt.ranked]
        distinct, pool = ranker.pool(self._live.generation, hits)
        question = ranker.model.question(receipt.answer.understood_as)
        scores = ranker.model.base_scores(question, pool)
        sentences = [distinct[place].hit.sentence for place in best_first(scores)]
        return _ranking(sentences, float(scores.max()))

    def _judge(self, encoded: EncodedQuestion) -> Ranking:
        """Rank the sentences of `evidence` by the judge's log-odds.

        Sentences that the judge did not read follow, in the cheap ranker's order."""
        ranked = sorted(self._receipt(encoded).ranked, key=_log_odds, reverse=True)
        best = _log_odds(ranked[0]) if ranked else -np.inf
        return _ranking([each.hit.sentence for each in ranked], best)

    def _receipt(self, encoded: EncodedQuestion) -> Receipt:
        """Answer a question once for all methods that look at the answer."""
        if self._last is None or self._last[0] is not encoded:
            self._last = encoded, self._answerer.answer(self._live, encoded)
        return self._last[1]

    def _places(self, rows: Iterable[np.int64]) -> list[Place]:
        return [_place(self._rows[row]) for row in rows]


def outcome_of(question: EvalQuestion, ranking: Ranking) -> Outcome:
    """Find the ranks of the first gold sentence and of the first gold article."""
    gold_articles = {span.article_id for span in question.gold}
    unknown = question.answerable and not question.gold
    return Outcome(
        part=question.split or "",
        answerable=question.answerable,
        score=ranking.score,
        rank=_UNKNOWN if unknown else _rank(question.is_gold(*p) for p in ranking.sentences),
        article_rank=_UNKNOWN if unknown else _rank(a in gold_articles for a in ranking.articles),
    )


def _rank(right: Iterable[bool]) -> float:
    return next((float(rank) for rank, is_right in enumerate(right, 1) if is_right), float("inf"))


def _log_odds(evidence: Evidence) -> float:
    return evidence.judged.answers if evidence.judged else -np.inf


def _ranking(sentences: Sequence[StoredSentence], score: float) -> Ranking:
    """Make a ranking in which an article ranks where its best sentence does."""
    return Ranking(
        [_place(sentence) for sentence in sentences],
        _once(sentence.article.id for sentence in sentences),
        score,
    )


def _once(ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(ids))


def _place(sentence: StoredSentence) -> Place:
    return sentence.article.id, sentence.start, sentence.end
