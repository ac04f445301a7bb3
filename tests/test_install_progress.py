"""The progress of an installation: readable lines from the real pip, and its errors."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

_INSTALL = Path(__file__).parents[1] / ".ci" / "install.py"


def _install(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(_INSTALL), "--no-index", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Make a wheel without code."""
    path, info = tmp_path / "tiny_thing-1.0-py3-none-any.whl", "tiny_thing-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-thing\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


def test_an_installation_is_reported_in_one_line(wheel: Path, tmp_path: Path) -> None:
    done = _install("--target", str(tmp_path / "there"), str(wheel))
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "  Installing 1 package ...\n"
    assert (tmp_path / "there" / "tiny_thing-1.0.dist-info").is_dir()


def test_a_failed_installation_shows_what_pip_says(tmp_path: Path) -> None:
    done = _install("--target", str(tmp_path / "there"), "no-such-thing-anywhere")
    assert (done.returncode, done.stdout) == (1, "")
    assert "No matching distribution found for no-such-thing-anywhere" in done.stderr
