"""Choice of the answering sentence among given ones: `dealbot rank` and the baselines."""

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from bot.answering.ranking.evidence_model import EvidenceModel
from bot.answering.ranking.given_sentences import GivenArticle, SentenceRanker
from bot.domain.models import RankRequest
from bot.evaluation.cached_encoder import RememberingEncoder
from bot.evaluation.datasets import RankCase
from bot.evaluation.metrics import Floats, average_precision, best_first, first_rank
from bot.evaluation.outcomes import Outcome
from bot.evaluation.plain_bm25 import PlainBm25
from bot.evaluation.retrieval import ABLATIONS, BM25, CHEAP, DENSE, EVIDENCE
from index.encoder.encoder import Encoder

_LEXICAL_WEIGHT = 0.5  # of BM25 relative to the cosine, as in the first release's retrieval


class Selection:
    """All methods over one set of cases, by name. One instance belongs to one thread."""

    def __init__(self, cases: Sequence[RankCase], encoder: Encoder) -> None:
        """Prepare the methods; BM25 counts its terms over the sentences of the whole set."""
        self._model = EvidenceModel.load()
        self._ranker = SentenceRanker(RememberingEncoder.around(encoder), self._model)
        sentences = [sentence for case in cases for sentence in case.request.sentences]
        ends = np.cumsum([len(case.request.sentences) for case in cases])
        self._rows = np.split(np.arange(len(sentences)), ends[:-1])
        self._bm25 = PlainBm25(sentences)
        self._sentences = encoder.encode_passages(sentences)
        self._questions = encoder.encode_queries([case.request.question for case in cases])
        self._cases = cases

    def outcomes(self, methods: Sequence[str]) -> dict[str, list[Outcome]]:
        """Run the methods on every case, and on every case again without its answer.

        The methods take turns on each case, so that the judge's cache serves all of them."""
        found: dict[str, list[Outcome]] = {method: [] for method in methods}
        for number, case in enumerate(self._cases):
            for kept in _with_and_without_gold(case):
                for method in methods:
                    found[method].append(self._outcome(method, number, kept))
        return found

    def _outcome(self, method: str, number: int, kept: list[int]) -> Outcome:
        case = self._cases[number]
        scores, confidence = self._scores(method, number, kept)
        relevant = np.array([kept[place] in case.gold for place in best_first(scores)], bool)
        return Outcome(
            part=case.part,
            answerable=bool(relevant.any()),
            score=confidence,
            rank=first_rank(relevant),
            average_precision=average_precision(relevant),
        )

    def _scores(self, method: str, number: int, kept: list[int]) -> tuple[Floats, float]:
        """Score the kept sentences; also return the confidence, or else the best score."""
        request = self._cases[number].only(kept)
        if method == EVIDENCE:
            result = self._ranker.rank(request)
            return np.array(result.scores), result.confidence
        if method in ABLATIONS:
            scores = self._ablated_scores(method, request)
        else:
            scores = self._peer_scores(method, number)[kept]
        return scores, float(scores.max())

    def _ablated_scores(self, method: str, request: RankRequest) -> Floats:
        question = self._model.question(request.question)
        articles = [GivenArticle(request.title, request.sentences)]
        pool = self._ranker.pool(request.question, articles)
        if method == CHEAP:
            return self._model.base_scores(question, pool)
        read = partial(self._ranker.judged, request.question, articles)
        ranking = self._model.rank(question, pool, read)
        logits = {place: judged.answers for place, judged in ranking.judged.items()}
        # Sentences that the judge did not read follow, in the cheap ranker's order.
        scores: Floats = ranking.scores - ranking.scores.max() + min(logits.values()) - 1
        scores[list(logits)] = list(logits.values())
        return scores

    def _peer_scores(self, method: str, number: int) -> Floats:
        rows = self._rows[number]
        lexical = self._bm25.scores(self._cases[number].request.question)[rows]
        if method == BM25:
            return lexical
        dense: Floats = (self._sentences[rows] @ self._questions[number]).astype(np.float64)
        if method == DENSE:
            return dense
        share = lexical / (lexical.max() or 1)
        hybrid: Floats = (dense + _LEXICAL_WEIGHT * share) / (1 + _LEXICAL_WEIGHT)
        return hybrid


def _with_and_without_gold(case: RankCase) -> Iterator[list[int]]:
    """Yield the positions of all sentences, then of those that do not answer, if there are any."""
    every = list(range(len(case.request.sentences)))
    yield every
    if rest := [position for position in every if position not in case.gold]:
        yield rest
