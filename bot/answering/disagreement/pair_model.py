"""The sameness model: do two sentences with different values state the same thing?

It is opened when two different values meet for the first time. Its tokenizer is the judge's. Each
pair runs alone and on one thread, so that a score depends on nothing else.
"""

from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, Self

import numpy as np
from pydantic import BaseModel, ConfigDict

from bot.answering.disagreement.pair_inputs import PairEncoder, Side
from bot.answering.judge.model import JudgeModel, load_judge
from bot.answering.judge.weight_files import WeightsRecord, checked_record, open_weights
from index.encoder.onnx import ORT_ERRORS
from index.errors import EncoderError

WEIGHTS = Path(__file__).parent / "weights"
MODEL_FILE, RECORD_FILE = "sameness.onnx", "sameness.json"
_NAME = "model of differing statements"
_REMEMBERED = 2_048  # pairs whose scores are cached
_MARKER = "[unused1]"


class PairScore(NamedTuple):
    """Probabilities: both state the same thing; the newer one reports a change."""

    same: float
    replaces: float


class GoldenPair(BaseModel):
    """A pair and its scores on the machine that built the 8-bit model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    older: Side
    newer: Side
    same: float
    replaces: float


class SamenessRecord(WeightsRecord):
    """Contents of sameness.json. `training` describes the data and the training of the weights."""

    golden: tuple[GoldenPair, ...]
    golden_tolerance: float
    training: dict[str, Any]


def pair_encoder(judge: JudgeModel) -> PairEncoder:
    """Build the encoder of pairs on the judge's tokenizer."""
    start, separator, marker = map(judge.encoder.id_of, ("[CLS]", "[SEP]", _MARKER))
    return PairEncoder(judge.tokens, (start, separator), marker)


class SamenessModel:
    """The loaded model. Safe to share between threads."""

    def __init__(self, record: SamenessRecord) -> None:
        """Open the files without a check; `load` checks them first. Raises EncoderError if
        onnxruntime cannot load the model."""
        self.record = record
        self._encoder = pair_encoder(load_judge())
        self._session = open_weights(WEIGHTS / MODEL_FILE, _NAME)
        self.score = lru_cache(_REMEMBERED)(self._score)

    @classmethod
    def load(cls) -> Self:
        """Check every file against its checksum, then load the model. Raises EncoderError if a file
        is missing, unreadable or damaged."""
        return cls(checked_record(SamenessRecord, WEIGHTS, RECORD_FILE, _NAME))

    def _score(self, question: str, older: Side, newer: Side) -> PairScore:
        """Score two sentences. Raises EncoderError if onnxruntime fails."""
        layout = self._encoder.layout(question, older, newer)
        inputs = {
            "input_ids": layout.ids[None],
            "token_type_ids": layout.types[None],
            "averaging": layout.averaging[None],
        }
        try:
            [[logits]] = self._session.run(["pair"], inputs)
        except ORT_ERRORS as error:
            raise EncoderError(f"The {_NAME} failed to run: {error}") from error
        same, replaces = (1 / (1 + np.exp(-logits))).tolist()
        return PairScore(same, replaces)

    def check_golden(self) -> float:
        """Compute the largest difference between a golden score and the same score computed now."""
        worst = 0.0
        for golden in self.record.golden:
            score = self.score(golden.question, golden.older, golden.newer)
            worst = max(worst, abs(score.same - golden.same), abs(score.replaces - golden.replaces))
        return worst


_loading = Lock()


def load_sameness() -> SamenessModel:
    """Load the model of the package, once per process. Raises EncoderError."""
    with _loading:
        return _loaded()


@cache
def _loaded() -> SamenessModel:
    return SamenessModel.load()
