"""The record of the judge's weights: checksums, golden scores, and training details."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.answering.judge.inputs import Task
from bot.answering.judge.weight_files import WeightsRecord

MODEL_FILE, TOKENIZER_FILE, RECORD_FILE = "judge.onnx", "tokenizer.json", "judge.json"


class GoldenScore(BaseModel):
    """A window and the logits of its sentences, one triple each. The 8-bit model computed them on
    the machine that built it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: Task
    asked: str
    title: str
    sentences: tuple[str, ...]
    logits: tuple[tuple[float, float, float], ...]


class JudgeRecord(WeightsRecord):
    """Contents of judge.json. `parity` compares the 8-bit model with the original. `training`
    describes the data and the training of the weights."""

    golden: tuple[GoldenScore, ...]
    golden_tolerance: float
    parity: dict[str, float]
    training: dict[str, Any]
