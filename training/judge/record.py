"""The record of a training run, stored beside the weights."""

import hashlib
import importlib.metadata
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from training.judge.sets import SQUAD_SHIFTS
from training.judge.trainer import Recipe
from training.stories import FOLDER

LICENCES = {
    "all-MiniLM-L6-v2 (the weights to start from)": "Apache-2.0",
    "SQuADShifts, without its news part": "CC BY 4.0 (Miller, Krauth, Recht, Schmidt 2020)",
    "FoolMeTwice dev": "Apache-2.0 (Eisenschlos et al. 2021)",
    "Counterfactually augmented NLI": "Apache-2.0; premises from SNLI, CC BY-SA 4.0",
    "training/stories, training/judge/invented_facts.py": "our own",
}
_TOOLS = ("numpy", "onnx", "onnxruntime", "tokenizers", "torch", "transformers")


def training_record(stages: Sequence[Recipe], data: Path, weights_sha256: str) -> dict[str, Any]:
    """Record the data, its licences, the stages and the versions of the tools."""
    files = [*(data / f"{name}.json" for name in SQUAD_SHIFTS), data / "fm2_dev.jsonl",
             data / "cad_nli" / "train.tsv"]  # fmt: skip
    stories = hashlib.sha256()
    for path in sorted(FOLDER.glob("*.json")):
        stories.update(path.read_bytes())
    return {
        "stages": [asdict(recipe) for recipe in stages],
        "start_sha256": weights_sha256,
        "data_sha256": {
            **{path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
            "stories": stories.hexdigest(),
        },
        "licences": LICENCES,
        "versions": {name: importlib.metadata.version(name) for name in _TOOLS},
    }
