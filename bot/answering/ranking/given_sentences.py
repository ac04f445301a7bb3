"""Ranking of given sentences by the code that picks evidence, without an index."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

from bot.answering.judge.inputs import Task
from bot.answering.judge.judge import Judge, Judgement
from bot.answering.judge.model import load_judge
from bot.answering.judge.windows import Candidate, judge_windows, windows_over
from bot.answering.ranking.evidence_model import EvidenceModel
from bot.answering.ranking.lexicon import Lexicon
from bot.answering.ranking.pool import Places, Pool
from bot.answering.ranking.second_reading import SecondReading
from bot.domain.models import RankRequest, RankResult, check_question
from index.models import Span
from index.ranges import starts_of
from index.stores.dense import Vectors, mean_vectors
from index.stores.titled import encode_titled
from index.text.passages import group_passages
from index.text.tokens import WordNumbers, read_tokens


@dataclass(frozen=True, slots=True)
class GivenArticle:
    """Sentences in their article's order; at least one."""

    title: str
    sentences: Sequence[str]


class SentenceEncoder(Protocol):
    """Part of an encoder that a SentenceRanker uses."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors: ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors: ...


class SentenceRanker:
    """Ranker of sentences given in their article's order. An instance belongs to one thread."""

    def __init__(
        self,
        encoder: SentenceEncoder,
        model: EvidenceModel | None = None,
        judge: Judge | None = None,
    ) -> None:
        """Use the given models, or load those of the package."""
        self._encoder = encoder
        self._model = model or EvidenceModel.load()
        self._judge = judge or Judge(load_judge())
        self._second_reading = SecondReading.load()

    def rank(self, request: RankRequest) -> RankResult:
        """Score the sentences of a request. Raises QuestionError if the question is refused."""
        check_question(request.question)
        if not request.sentences:
            return RankResult(id=request.id)
        articles = [GivenArticle(request.title, request.sentences)]
        pool = self.pool(request.question, articles)
        ranking = self._model.rank(
            self._model.question(request.question),
            pool,
            partial(self.judged, request.question, articles),
        )
        best = request.sentences[int(np.argmax(ranking.scores))]
        confidence = self._second_reading.revised(
            self._judge, request.question, best, ranking.confidence
        )
        return RankResult(
            id=request.id,
            scores=tuple(round(float(score), 5) for score in ranking.scores),
            confidence=round(confidence, 4),
        )

    def judged(
        self, question: str, articles: Sequence[GivenArticle], places: Sequence[int]
    ) -> list[Judgement]:
        """Judge the sentences at these indices, counted through all articles."""
        return judge_given(self._judge, question, articles, places)

    def pool(self, question: str, articles: Sequence[GivenArticle]) -> Pool:
        """Build a pool of all sentences with their neighbours and passages, as from an index."""
        vector = self._encoder.encode_queries([question])[0]
        numbers = WordNumbers()
        sentences = read_tokens(numbers, [s for each in articles for s in each.sentences])
        titles = read_tokens(numbers, [each.title for each in articles])
        lexicon = Lexicon(numbers.words, self._model.words)
        firsts = starts_of(np.array([len(each.sentences) for each in articles]))[:-1]
        parts = [
            self._places(vector, number, first, article)
            for number, (first, article) in enumerate(zip(firsts.tolist(), articles, strict=True))
        ]
        return Pool.of(lexicon, sentences, titles, Places.joined(parts))

    def _places(self, vector: Vectors, number: int, first: int, article: GivenArticle) -> Places:
        """Build the places of one article, whose sentences start at row `first`."""
        count = len(article.sentences)
        vectors = encode_titled(self._encoder, article.title, article.sentences)
        runs = group_passages(_as_article(article.sentences))
        starts, lengths = np.array([[run[0], len(run)] for run in runs]).T
        position = np.arange(count)
        at = first + position
        return Places(
            sentence=at,
            before=np.where(position > 0, at - 1, -1),
            after=np.where(position + 1 < count, at + 1, -1),
            passage=np.repeat(first + starts, lengths),
            passage_end=np.repeat(first + starts + lengths, lengths),
            title=np.full(count, number),
            article=np.full(count, number),
            position=position,
            count=np.full(count, count),
            dense=(vectors @ vector).astype(np.float64),
            passage_dense=np.repeat(mean_vectors(vectors, starts) @ vector, lengths).astype(float),
        )


def _as_article(sentences: Sequence[str]) -> list[Span]:
    """Compute the spans of the sentences when they are joined by single spaces."""
    ends = np.cumsum([len(sentence) + 1 for sentence in sentences]).tolist()
    return [Span(end - len(s) - 1, end - 1) for s, end in zip(sentences, ends, strict=True)]


def judge_given(
    judge: Judge, question: str, articles: Sequence[GivenArticle], places: Sequence[int]
) -> list[Judgement]:
    """Judge the sentences at these indices, counted through all articles."""
    texts = [sentence for each in articles for sentence in each.sentences]
    firsts = starts_of(np.array([len(each.sentences) for each in articles]))[:-1]
    numbers = np.searchsorted(firsts, places, side="right") - 1
    candidates = [
        Candidate(place, number, int(firsts[number]), articles[number].title)
        for place, number in zip(places, numbers.tolist(), strict=True)
    ]
    windows = windows_over(candidates, texts.__getitem__, judge.tokens_in)
    return judge_windows(judge, Task.QUESTION, question, windows, len(places))
