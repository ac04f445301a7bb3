"""The record beside the judge's weights: checksums, golden scores, and how it was trained."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.answering.judge.inputs import Task

MODEL_FILE, TOKENIZER_FILE, RECORD_FILE = "judge.onnx", "tokenizer.json", "judge.json"


class GoldenScore(BaseModel):
    """A window and the logits that the 8-bit model gave its sentences where it was made, one triple
    each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: Task
    asked: str
    title: str
    sentences: tuple[str, ...]
    logits: tuple[tuple[float, float, float], ...]


class JudgeRecord(BaseModel):
    """`files` maps each file's name to its SHA-256; `parity` compares the 8-bit model with the
    original; `training` says from what and how the weights were made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: dict[str, str]
    golden: tuple[GoldenScore, ...]
    golden_tolerance: float
    parity: dict[str, float]
    training: dict[str, Any]
