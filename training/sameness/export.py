"""Export of a trained sameness model to 8-bit ONNX, with its record."""

import hashlib
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from bot.answering.disagreement.pair_model import (
    MODEL_FILE,
    RECORD_FILE,
    WEIGHTS,
    GoldenPair,
    SamenessModel,
    SamenessRecord,
)
from index.encoder.quantization import quantize
from training.judge.export import GOLDEN_TOLERANCE
from training.judge.onnx_export import export_unpadded
from training.sameness.examples import Example
from training.sameness.net import SamenessNet

_LARGEST = 23_000_000


def export(net: SamenessNet) -> None:
    """Write the model where SamenessModel finds it. Raises ValueError if it is too large."""
    WEIGHTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as beside:
        full = Path(beside) / MODEL_FILE
        export_unpadded(net, full, torch.zeros(1, 4, 20), {}, ["pair"])
        quantize(full, WEIGHTS / MODEL_FILE)
    size = (WEIGHTS / MODEL_FILE).stat().st_size
    if size > _LARGEST:
        raise ValueError(f"the 8-bit model has {size} bytes")


def unfinished() -> SamenessModel:
    """Open the exported model before it has a record."""
    digest = hashlib.sha256((WEIGHTS / MODEL_FILE).read_bytes()).hexdigest()
    return SamenessModel(
        SamenessRecord(
            files={MODEL_FILE: digest}, golden=(), golden_tolerance=GOLDEN_TOLERANCE, training={}
        )
    )


def write_record(
    model: SamenessModel,
    golden: Sequence[Example],
    training: dict[str, Any],
) -> None:
    """Write the record, with the scores of the golden pairs on this machine."""
    scored = tuple(_golden(model, each) for each in golden)
    record = model.record.model_copy(update={"golden": scored, "training": training})
    text = json.dumps(record.model_dump(mode="json"), indent=1, ensure_ascii=False)
    (WEIGHTS / RECORD_FILE).write_text(text + "\n", encoding="utf-8")


def _golden(model: SamenessModel, each: Example) -> GoldenPair:
    score = model.score(each.question, each.older, each.newer)
    return GoldenPair(
        question=each.question, older=each.older, newer=each.newer,
        same=round(score.same, 4), replaces=round(score.replaces, 4),
    )  # fmt: skip
