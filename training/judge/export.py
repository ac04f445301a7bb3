"""Export of a trained judge to 8-bit ONNX, with the record of how it was made."""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from bot.answering.judge.inputs import Task
from bot.answering.judge.model import JudgeModel
from bot.answering.judge.record import (
    MODEL_FILE,
    RECORD_FILE,
    TOKENIZER_FILE,
    GoldenScore,
    JudgeRecord,
)
from index.encoder.quantization import quantize
from index.encoder.record import SHIPPED
from training.judge.net import JudgeNet
from training.judge.onnx_export import export_unpadded
from training.judge.torch_reader import TorchReader
from training.linear_models import probability

GOLDEN_TOLERANCE = 0.12  # of a probability: processors round 8-bit products differently
_LARGEST = 25_000_000
Inputs = tuple[Task, str, str, tuple[str, ...]]  # task, asked, title and sentences of a window


def export(
    net: JudgeNet,
    tokenizer: Tokenizer,
    golden: Sequence[Inputs],
    training: dict[str, Any],
    folder: Path,
) -> JudgeRecord:
    """Write the model, its tokenizer and the record to `folder`, where JudgeModel.load finds them.

    `golden` are windows whose scores go into the record. Raises ValueError if the 8-bit model has
    more than 25 MB.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / TOKENIZER_FILE).write_text(_tokenizer_text(tokenizer), encoding="utf-8")
    with tempfile.TemporaryDirectory() as beside:
        full = Path(beside) / MODEL_FILE
        to_onnx(net, full)
        quantize(full, folder / MODEL_FILE)
    size = (folder / MODEL_FILE).stat().st_size
    if size > _LARGEST:
        raise ValueError(f"the 8-bit model has {size} bytes")
    files = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in (MODEL_FILE, TOKENIZER_FILE)
    }
    record = JudgeRecord(
        files=files, golden=(), golden_tolerance=GOLDEN_TOLERANCE, parity={}, training=training
    )
    _write(record, folder)
    record = record.model_copy(update={"golden": tuple(_golden(JudgeModel.load(), golden))})
    _write(record, folder)
    return record


def _tokenizer_text(tokenizer: Tokenizer) -> str:
    """Return the contents of the tokenizer's file: those of the shipped encoder's if only padding
    and truncation differ, because equal files share memory when they are loaded."""
    (path,) = SHIPPED.glob(f"*/{TOKENIZER_FILE}")
    shipped = Tokenizer.from_file(str(path))
    shipped.no_padding()
    shipped.no_truncation()
    text: str = tokenizer.to_str()
    return path.read_text("utf-8") if shipped.to_str() == text else text


def _golden(model: JudgeModel, windows: Sequence[Inputs]) -> Iterator[GoldenScore]:
    """Yield the logits of the 8-bit model on this machine; others must compute nearly the same."""
    for task, asked, title, sentences in windows:
        logits = model.read(model.layout(task, asked, title, sentences)).sentences.tolist()
        yield GoldenScore(
            task=task, asked=asked, title=title, sentences=sentences,
            logits=tuple((round(a, 4), round(b, 4), round(c, 4)) for a, b, c in logits),
        )  # fmt: skip


def with_figures(
    record: JudgeRecord, parity: dict[str, float], figures: dict[str, float], folder: Path
) -> None:
    """Write the record again, with the difference of the 8-bit model from the original (`parity`)
    and the quality of the original (`figures`)."""
    training = {**record.training, "figures": figures}
    _write(record.model_copy(update={"parity": parity, "training": training}), folder)


def _write(record: JudgeRecord, folder: Path) -> None:
    text = json.dumps(record.model_dump(mode="json"), indent=1, ensure_ascii=False)
    (folder / RECORD_FILE).write_text(text + "\n", encoding="utf-8")


def to_onnx(net: JudgeNet, path: Path) -> None:
    """Export in full precision, with any number of tokens and sentences."""
    sentences = torch.export.Dim("sentences", min=1)
    export_unpadded(net, path, torch.zeros(1, 3, 20), {1: sentences}, ["sentences", "tokens"])


def compare_precision(
    model: JudgeModel, net: JudgeNet, windows: Sequence[Inputs]
) -> dict[str, float]:
    """Compare the probabilities of the 8-bit model with the original's, over windows."""
    layouts = [model.layout(*window) for window in windows]
    differences, agreeing = [], 0
    for layout, (original, _) in zip(layouts, TorchReader(net, half=False)(layouts), strict=True):
        here = model.read(layout).sentences
        differences.append(np.abs(probability(here) - probability(original)).ravel())
        agreeing += int(here[:, 0].argmax() == original[:, 0].argmax())
    joined = np.concatenate(differences)
    return {
        "windows": float(len(layouts)),
        "mean_difference": round(float(joined.mean()), 4),
        "p99_difference": round(float(np.quantile(joined, 0.99)), 4),
        "same_first": round(agreeing / len(layouts), 4),
    }
