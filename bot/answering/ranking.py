"""Scoring given sentences against a question by the code that picks evidence, without an index."""

from collections.abc import Sequence

import numpy as np

from bot.answering.analysis import PassageAnalysis
from bot.answering.evidence import EvidenceRanker
from bot.answering.evidence_model import EvidenceModel
from bot.answering.features import Candidate
from bot.models import RankRequest, RankResult, check_question
from index.dense import embedded_text, mean_vectors
from index.encoder import Encoder
from index.models import Span
from index.passages import group_passages


class SentenceRanker:
    """Ranks sentences that stand in their article's order. One instance belongs to one thread."""

    def __init__(self, encoder: Encoder, model: EvidenceModel | None = None) -> None:
        """With the model that the package carries unless another is given."""
        self._encoder = encoder
        self._ranker = EvidenceRanker(model or EvidenceModel.load())

    def rank(self, request: RankRequest) -> RankResult:
        """Raises QuestionError for a question that cannot be taken."""
        check_question(request.question)
        if not request.sentences:
            return RankResult(id=request.id)
        pool = self.candidates(request.question, request.title, request.sentences)
        model = self._ranker.model
        ranking = model.rank(model.question(request.question), pool)
        return RankResult(
            id=request.id,
            scores=tuple(round(float(score), 5) for score in ranking.scores),
            confidence=round(ranking.confidence, 4),
        )

    def candidates(
        self, question: str, title: str, sentences: Sequence[str], article: str = ""
    ) -> list[Candidate]:
        """The sentences with their neighbours and passages, as an index would hold them."""
        runs = group_passages(_as_article(sentences))
        vector = self._encoder.encode_queries([question])[0]
        vectors = self._encoder.encode_passages([embedded_text(title, s) for s in sentences])
        starts = np.array([run[0] for run in runs])
        dense = (vectors @ vector).tolist()
        passage_dense = (mean_vectors(vectors, starts) @ vector).tolist()
        readings = [self._ranker.read(sentence) for sentence in sentences]
        passages = [PassageAnalysis([readings[row] for row in run]) for run in runs]
        stems = self._ranker.read(title).stem_set
        return [
            Candidate(
                sentence=readings[i],
                before=readings[i - 1] if i else None,
                after=readings[i + 1] if i + 1 < len(readings) else None,
                passage=passages[number],
                title=stems,
                article=article,
                position=i,
                count=len(sentences),
                dense=dense[i],
                passage_dense=passage_dense[number],
            )
            for number, run in enumerate(runs)
            for i in run
        ]


def _as_article(sentences: Sequence[str]) -> list[Span]:
    """Where the sentences stand if they come one after the other, parted by spaces."""
    ends = np.cumsum([len(sentence) + 1 for sentence in sentences]).tolist()
    return [Span(end - len(s) - 1, end - 1) for s, end in zip(sentences, ends, strict=True)]
