"""Train the model that says whether two statements are about the same thing, and write its weights.

It starts from the first layers of the judge. Each turn reads a part of the invented pairs, and all
written pairs of training/pairs/taught in a new variant. The pairs of training/pairs/validation and
of the benchmark's sets, except the unseen one, only measure. A run with the recipe and the data of
the last one takes the trained weights from build/sameness.pt.

    python -m training.sameness
"""

import hashlib
import importlib.metadata
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.disagreements.pairs import read_pair_files, set_folder
from bot.answering.disagreement.pair_model import SamenessModel, pair_encoder
from bot.answering.judge.model import judge_digest, load_judge
from bot.evaluation.metrics import Floats, auroc
from index.encoder.model_source import find_source
from training.sameness.examples import UNKNOWN, Example
from training.sameness.export import export, unfinished, write_record
from training.sameness.invented_pairs import FAMILIES, Inventor
from training.sameness.net import Item, SamenessNet
from training.sameness.start import judge_net
from training.sameness.taught import original, varied
from training.sameness.trainer import RECIPE, batches, fit

ROOT = Path(__file__).parents[2]
CHECKPOINT = ROOT / "build" / "sameness.pt"
PAIRS = ROOT / "training" / "pairs"
LAYERS, INVENTED, TURNS = 4, 4_500, 5
GOLDEN = 8  # pairs whose scores are kept for `dealbot doctor`
_TOOLS = ("numpy", "onnx", "onnxruntime", "tokenizers", "torch", "transformers")


def main() -> None:
    export(trained())
    model = unfinished()
    sets = validation_sets()
    every = [each for examples in sets.values() for each in examples]
    figures = {name: measure(model, each) for name, each in sets.items()}
    print(json.dumps(figures, indent=1))
    write_record(model, every[:: len(every) // GOLDEN][:GOLDEN], record(figures))


def trained() -> SamenessNet:
    """Train the net, or load it if it was trained on the same data before."""
    torch.manual_seed(RECIPE.seed)
    net = SamenessNet(judge_net(str(find_source(None).folder)), LAYERS)
    made = made_from()
    stored = torch.load(CHECKPOINT, weights_only=True) if CHECKPOINT.exists() else {}
    if stored.get("made_from") == made:
        net.load_state_dict(stored["net"])
        return net
    fit(net, list(plan()))
    CHECKPOINT.parent.mkdir(exist_ok=True)
    torch.save({"net": net.state_dict(), "made_from": made}, CHECKPOINT)
    return net


def plan() -> Iterator[list[Item]]:
    """Yield the batches of all turns."""
    encoder = pair_encoder(load_judge())
    invented = list(Inventor("train").pairs(INVENTED))
    taught = list(read_pair_files(PAIRS / "taught"))
    for turn in range(TURNS):
        yield from batches(encoder, [*invented[turn::TURNS], *varied(taught, turn)], turn)


def validation_sets() -> dict[str, list[Example]]:
    """Return the written pairs that teach nothing, by set."""
    folders = {"validation": PAIRS / "validation"}
    folders |= {name: set_folder(name) for name in ("own", "fresh")}
    return {name: list(original(read_pair_files(each))) for name, each in folders.items()}


def measure(model: SamenessModel, examples: Sequence[Example]) -> dict[str, float]:
    """Measure how well the model ranks the different pairs of a set above the alike ones, and the
    changes above the contradictions."""
    scores = [model.score(each.question, each.older, each.newer) for each in examples]
    same = np.array([each.same == 1 for each in examples])
    changes = np.array([each.replaces for each in examples])
    known = changes != UNKNOWN
    return {
        "auroc": _auroc(np.array([each.same for each in scores]), same),
        "auroc of changes": _auroc(
            np.array([each.replaces for each in scores])[known], changes[known] == 1
        ),
    }


def _auroc(scores: Floats, right: NDArray[np.bool_]) -> float:
    return round(float(auroc(scores, right)), 3)


def made_from() -> dict[str, Any]:
    """Return the recipe, and the checksums of what the weights are made from."""
    data = [*sorted((PAIRS / "taught").glob("*.jsonl")), FAMILIES]
    return {
        "recipe": {**asdict(RECIPE), "layers": LAYERS, "invented": INVENTED, "turns": TURNS},
        "judge": judge_digest(),
        "data_sha256": {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in data},
    }


def record(figures: dict[str, dict[str, float]]) -> dict[str, Any]:
    """Return the record of the training."""
    return {
        **made_from(),
        "licences": {"the judge (the weights to start from)": "see judge.json",
                     "training/pairs, training/sameness": "our own"},
        "figures": figures,
        "versions": {name: importlib.metadata.version(name) for name in _TOOLS},
    }  # fmt: skip


if __name__ == "__main__":
    main()
