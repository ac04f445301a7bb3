"""Cross-encoder of the size of dealbot's judge, for the speed of reranking only.

Its body has the encoder's weights and its head is untrained, so its scores mean nothing.
"""

from pathlib import Path

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from benchmarks.peers.model import model_folder

_FOLDER = Path(__file__).resolve().parents[2] / "build/peers/reranker"
_SEED = 0


def reranker_folder() -> str:
    """Return the cross-encoder's folder; write it at the first use."""
    if not _FOLDER.exists():
        unfinished = _FOLDER.with_suffix(".part")
        torch.manual_seed(_SEED)
        model = AutoModelForSequenceClassification.from_pretrained(model_folder(), num_labels=1)
        model.save_pretrained(unfinished)
        AutoTokenizer.from_pretrained(model_folder()).save_pretrained(unfinished)
        unfinished.rename(_FOLDER)
    return str(_FOLDER)
