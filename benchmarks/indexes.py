"""Indexes that the benchmarks share with the evaluation."""

from pathlib import Path

from benchmarks.machine import ROOT
from bot.evaluation.indexes import EvaluationIndexes
from index.encoder.encoder import Encoder, open_current
from index.progress import NoProgress, Progress

QUIET = NoProgress()


def evaluation_indexes(
    encoders: Path, encoder: Encoder | None = None, progress: Progress = QUIET
) -> EvaluationIndexes:
    """Open the cache of indexes. Without `encoder` it opens the current one in `encoders`."""
    encoder = encoder or open_current(encoders)
    return EvaluationIndexes(ROOT / "build/evaluation", encoders, encoder, progress)
