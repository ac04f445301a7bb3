"""The README's commands in a clean clone and an empty environment, an installed wheel, the image's
steps."""

import os
import re
import subprocess
import sys
import zipfile
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
    assert "Setting up dealbot in .venv" in first.stderr
    assert re.search(r"^  Installing \d+ packages", first.stderr, re.MULTILINE)
    assert not list((clone / ".venv").glob("lib/python3*/site-packages/torch"))
    stamps = {path: path.stat().st_mtime_ns for path in (clone / ".venv").glob(".*")}
    second = _run(_COMMANDS[0], clone)
    assert second.stdout.splitlines()[:3] == first.stdout.splitlines()[:3]
    assert second.stderr == ""
    assert stamps == {path: path.stat().st_mtime_ns for path in (clone / ".venv").glob(".*")}
    # A dollar sign, quotes and a semicolon reach the program as typed.
    odd = _run("""make ask Q='Is it $100 or "$1"; echo injected'""", clone)
    assert odd.returncode == 0, odd.stderr
    assert "injected" not in odd.stdout.splitlines()


def _docker_steps() -> list[str]:
    """Return the RUN lines of the image that do not need root."""
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    steps = [line.removeprefix("RUN ") for line in dockerfile.splitlines() if line[:4] == "RUN "]
    return [step for step in steps if "useradd" not in step]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_image_serves_without_torch(clone: Path, tmp_path: Path) -> None:
    """This machine has no container engine, so the same commands run in an environment here."""
    environment = tmp_path / "venv"
    for step in _docker_steps():
        step = step.replace("/opt/venv", str(environment))
        done = _run(step.replace("python -m venv", f"{sys.executable} -m venv"), clone)
        assert done.returncode == 0, (step, done.stderr)
    assert not (clone / "index").exists()  # the program is the installed one
    assert not list(environment.glob("lib/python3*/site-packages/torch"))
    answer = _run(f"{environment}/bin/dealbot ask 'When is the first gigawatt due?'", clone)
    assert "second half of 2026" in answer.stdout, answer.stderr
    assert _run(f"{environment}/bin/dealbot doctor", clone).returncode == 0


def _files_to_ship() -> set[str]:
    """Return the files that are no code: weights, prompts, markers and licences."""
    kept = (*("bot/answering/model", "bot/answering/judge/weights"), "index/encoder/shipped")
    paths = {path for name in kept for path in (ROOT / name).rglob("*") if path.is_file()}
    paths |= {path for path in (ROOT / "prompts").iterdir() if path.suffix in {".toml", ".txt"}}
    paths |= {ROOT / name / "py.typed" for name in ("bot", "index", "prompts")}
    return {path.relative_to(ROOT).as_posix() for path in paths} | {"LICENSE", "NOTICE"}


def _names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_an_installed_wheel_answers_about_any_folder(clone: Path, tmp_path: Path) -> None:
    """These are the steps of `pipx install .`, in a folder that is not the clone."""
    environment, folder = tmp_path / "venv", tmp_path / "mine"
    (folder / "news").mkdir(parents=True)
    (folder / "news" / "ferry.txt").write_text("The ferry leaves the island at nine.")
    for command in (
        f"{sys.executable} -m venv {environment}",
        f"{environment}/bin/pip wheel --no-deps --wheel-dir {tmp_path} {clone}",
        f"{environment}/bin/pip install -c {clone}/constraints.txt {tmp_path}/*.whl",
    ):
        done = _run(command, tmp_path)
        assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    assert _files_to_ship() <= {
        re.sub(r"[^/]*dist-info/licenses/", "", name) for name in _names(wheel)
    }
    program = environment / "bin" / "dealbot"
    asked = _run(f"{program} ask 'When does the ferry leave?'", folder)
    assert (asked.returncode, asked.stdout) == (1, "")
    assert "dealbot index build --articles PATH" in asked.stderr
    site = next(environment.glob("lib/python3*/site-packages"))
    for path in (site, *site.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)  # as for a user without the right to write
    assert _run(f"{program} index build --articles news", folder).returncode == 0
    answered = _run(f"{program} ask 'When does the ferry leave?'", folder)
    assert "The ferry leaves the island at nine." in answered.stdout, answered.stderr
    for path in (site, *site.rglob("*")):
        path.chmod(path.stat().st_mode | 0o200)  # so that pytest can remove it
