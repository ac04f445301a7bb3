"""The README's commands in a clean clone and an empty environment, and the steps of the image."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_COMMANDS = re.findall(r"^make \w.*$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
# Only the basics of any machine, and its package registries.
_KEPT = re.compile(r"PATH|HOME|LANG|PIP_\w+|\w*SSL\w*|\w*CERT\w*|\w*PROXY|\w*proxy")


def _environment() -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if _KEPT.fullmatch(name)}
    # A request to a model hub fails here instead of going unnoticed.
    return environment | {"HF_ENDPOINT": "http://127.0.0.1:9", "PYTHONDONTWRITEBYTECODE": "1"}


def _run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=_environment(),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Clone the repository, including uncommitted changes."""
    folder = tmp_path / "dealbot"
    subprocess.run(["git", "clone", "-q", ROOT, folder], check=True)
    changes = subprocess.run(
        ["git", "diff", "--binary", "HEAD"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    if changes:
        subprocess.run(["git", "apply"], cwd=folder, input=changes, check=True)
    return folder


def test_the_readme_has_its_two_commands_and_ci_runs_the_second() -> None:
    assert _COMMANDS == ['make ask Q="How much is the partnership worth?"', "make test"]
    assert "\nmake test" in (ROOT / ".ci" / "run").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_first_command_answers_in_an_empty_environment_and_sets_up_only_once(
    clone: Path,
) -> None:
    first = _run(_COMMANDS[0], clone)
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("$100 billion [1]")
    assert "Installing" in first.stderr
    stamps = {path: path.stat().st_mtime_ns for path in (clone / ".venv").glob(".*")}
    second = _run(_COMMANDS[0], clone)
    assert second.stdout.splitlines()[:3] == first.stdout.splitlines()[:3]
    assert second.stderr == ""
    assert stamps == {path: path.stat().st_mtime_ns for path in (clone / ".venv").glob(".*")}
    # A dollar sign, quotes and a semicolon reach the program as typed.
    odd = _run("""make ask Q='Is it $100 or "$1"; echo injected'""", clone)
    assert odd.returncode == 0, odd.stderr
    assert "injected" not in odd.stdout.splitlines()


def _docker_steps(stage: str) -> list[str]:
    """Return the RUN lines of a stage that do not need root."""
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = dockerfile.split("\nFROM ")[1 if stage == "adopt" else 2].splitlines()
    steps = [line.removeprefix("RUN ") for line in lines if line.startswith("RUN ")]
    return [step for step in steps if "useradd" not in step]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_image_serves_without_torch_what_its_first_stage_made(
    clone: Path, tmp_path: Path
) -> None:
    """This machine has no container engine, so the same commands run in two environments and two
    folders."""
    stages = {name: tmp_path / name for name in ("adopt", "serve")}
    for name, folder in stages.items():
        folder.mkdir()
        subprocess.run(["git", "clone", "-q", clone, folder / "srv"], check=True)
        for step in _docker_steps(name):
            step = step.replace("/opt/venv", str(folder / "venv"))
            step = step.replace("python -m venv", f"{sys.executable} -m venv")
            done = _run(step, folder / "srv")
            assert done.returncode == 0, (step, done.stderr)
    adopt, serve = stages["adopt"], stages["serve"]
    for copied in ("venv/share/dealbot", "srv/data"):  # the COPY --from=adopt lines
        shutil.copytree(adopt / copied, serve / copied)
    assert not list((serve / "venv").glob("lib/python3*/site-packages/torch"))
    answer = _run(f"{serve}/venv/bin/dealbot ask 'When is the first gigawatt due?'", serve / "srv")
    assert "second half of 2026" in answer.stdout, answer.stderr
    assert _run(f"{serve}/venv/bin/dealbot doctor", serve / "srv").returncode == 0
