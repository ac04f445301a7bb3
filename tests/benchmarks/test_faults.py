"""Fault injection: nothing is lost when a process is killed or a disk fails, and the tools find
damage.

Everything runs in child processes that fork, so nothing may run beside them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.faults.ptrace import supported

pytestmark = pytest.mark.skipif(
    not supported(), reason="calls of the system are traced on Linux and x86-64 only"
)

ROOT = Path(__file__).parents[2]

# Interrupts a build at some of its last steps and prints the result and the files that were written
# and synced. Runs the code in place of %s first.
_BUILD = """
import json, sys
from pathlib import Path
from tempfile import TemporaryDirectory
from benchmarks.faults.enumeration import Enumeration
from benchmarks.faults.indexes import Editions, index_operations
from benchmarks.faults.tracer import Kind
from index.encoder.encoder import open_current
from benchmarks.faults.power import IN_MEMORY
import index.building.build, index.files.publication
temporary = TemporaryDirectory(dir=IN_MEMORY)
folder, encoders = Path(temporary.name), Path(sys.argv[1])
%s
editions = Editions(folder / "articles", encoders, open_current(encoders, threads=1))
first = index_operations(editions)[0]
enumeration = Enumeration(first, folder / "work")
steps = [[step.call, step.path.parts[2:]] for step in enumeration.steps]
[generation] = (folder / "work/run/index/generations").iterdir()
found = [path for path in generation.rglob("*") if path.is_file()]
files = [[path.relative_to(generation).parts, path.stat().st_size] for path in found]
calls = [call for call, _ in steps]
last = range(max(0, len(calls) - 24), len(calls), 3)
found = [*enumeration.without_fault(), *enumeration.outcomes((Kind.KILLED,), last)]
problems = [problem for outcome in found for problem in outcome.found.problems]
print(json.dumps({"steps": steps, "files": files, "looked": len(found), "problems": problems}))
temporary.cleanup()
"""


def build_broken_off(encoder_home: Path, spoilt: str = "") -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", _BUILD % spoilt, str(encoder_home)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def faults(results: Path, *arguments: str) -> dict[str, Any]:
    """Run the command of `make faults` and return its results."""
    command = [sys.executable, "-m", "benchmarks.faults", "--results", str(results), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    kept: dict[str, Any] = json.loads(results.read_text())
    return kept


@pytest.mark.slow
def test_every_file_of_a_generation_is_seen_to_be_written_and_synced(encoder_home: Path) -> None:
    told = build_broken_off(encoder_home)
    assert told["problems"] == []
    assert told["looked"] > 20
    seen = {(call, tuple(path)) for call, path in told["steps"]}
    assert len(told["files"]) > 15
    for parts, size in told["files"]:
        for call in ("openat", "write", "fsync") if size else ("openat", "fsync"):
            assert (call, tuple(parts)) in seen, parts


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spoilt", "found"),
    [
        ("index.files.publication.fsync_tree = lambda folder: None", "torn: "),
        ("index.building.build.publish_folder = lambda made, final: made.rename(final)", "torn: "),
        (
            "index.building.build.write_pointer = lambda path, text: path.write_text(text)",
            "CURRENT does not contain a name",
        ),
        (
            "index.files.publication.sweep_staging = lambda parent: None",
            "the next build leaves .staging",
        ),
    ],
)
def test_a_build_that_could_lose_something_is_found_out(
    encoder_home: Path, spoilt: str, found: str
) -> None:
    problems = build_broken_off(encoder_home, spoilt)["problems"]
    assert any(found in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("operation", "every"),
    [("rollback", 3), ("build", 40), ("migrate", 60), ("store", 40), ("store migration", 20)],
)
def test_nothing_is_lost_at_any_of_these_steps(tmp_path: Path, operation: str, every: int) -> None:
    """`make faults` covers every step of all operations."""
    nothing_is_lost(tmp_path, operation, every)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_is_lost_where_an_encoder_is_adopted_anew(tmp_path: Path) -> None:
    nothing_is_lost(tmp_path, "adopt again", 40)


def nothing_is_lost(tmp_path: Path, operation: str, every: int) -> None:
    arguments = ("--only", operation, "--every", str(every), "--kills", "0")
    [told] = faults(tmp_path / "faults.json", *arguments)["operations"].values()
    assert told["problems"] == []
    assert {"killed", "disk full", "disk error"} <= set(told["faults"])
    assert told["faults"]["killed"] == len(range(0, told["steps"], every))
    assert told["power_cuts"] >= told["faults"]["killed"]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_of_builds_that_are_killed_at_random_nothing_is_lost(tmp_path: Path) -> None:
    told = faults(tmp_path / "faults.json", "--only", "--kills", "10", "--seed", "7")
    kills = told["random_kills"]
    assert kills["problems"] == []
    assert kills["killed_by_time"] + kills["killed_at_step"] + kills["done_before"] == 10
    assert kills["killed_at_step"] > 0
    assert kills["opened_meanwhile"] > 0
