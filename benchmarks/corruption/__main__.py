"""Corrupts an index, its encoder and its known vectors in thousands of ways; exits with 1 where one
of them was not found, not told, or changed an answer.

Run from the project's root: make corruption, or python -m benchmarks.corruption --help
"""

import argparse
import json
import multiprocessing
import platform
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.corruption.ground import make_ground
from benchmarks.corruption.trials import Trial, try_all
from bot.evaluation.tables import table
from index.encoder.encoder import default_home

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks/results/corruption.json"
_BATCH = 100


def main() -> None:
    options = _options()
    began = time.monotonic()
    with TemporaryDirectory() as folder:
        make_ground(Path(folder), default_home())
        trials = list(_trials(Path(folder), options.count, options.seed))
    results = _results(trials, options.seed, time.monotonic() - began)
    if options.update:
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(_report(trials) + "\n")
    for failed in results["failed"]:
        sys.stdout.write(f"FAILED: {json.dumps(failed)}\n")
    sys.exit(bool(results["failed"]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corruption", description=__doc__)
    parser.add_argument("--count", type=int, default=2_000, metavar="N")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), metavar="N")
    parser.add_argument("--update", action="store_true", help=f"write {RESULTS.name}")
    return parser.parse_args()


def _trials(made: Path, count: int, seed: int) -> Iterator[Trial]:
    """In batches, each in a process of its own; those of one that dies once more, one by one."""
    for first in range(0, count, _BATCH):
        numbers = range(first, min(count, first + _BATCH))
        try:
            yield from _apart(made, numbers, seed)
        except BrokenProcessPool:
            for number in numbers:
                try:
                    yield from _apart(made, [number], seed)
                except BrokenProcessPool:
                    yield Trial(number, "?", "?", "?", "the process died")
        sys.stderr.write(f"{numbers[-1] + 1} of {count}\n")


def _apart(made: Path, numbers: Iterable[int], seed: int) -> list[Trial]:
    # A new interpreter, for a copy of this one would share the threads' locks.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(try_all, made, numbers, seed).result()


def _results(trials: list[Trial], seed: int, seconds: float) -> dict[str, Any]:
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    found = Counter((trial.kind, trial.file, trial.damage) for trial in trials if not trial.failure)
    return {
        "seed": seed,
        "commit": commit,
        "python": platform.python_version(),
        "seconds": round(seconds),
        "corruptions": len(trials),
        "failed": [asdict(trial) for trial in trials if trial.failure],
        "found": {", ".join(key): times for key, times in sorted(found.items())},
    }


def _report(trials: list[Trial]) -> str:
    """A row for each damage, a column for each kind of file; what failed stands in brackets."""
    kinds = sorted({trial.kind for trial in trials})
    damages = sorted({trial.damage for trial in trials})
    done = Counter((trial.damage, trial.kind) for trial in trials)
    failed = Counter((trial.damage, trial.kind) for trial in trials if trial.failure)

    def cell(*key: str) -> str:
        return f"{done[key]}" + (f" ({failed[key]} failed)" if failed[key] else "")

    rows = [[damage, *(cell(damage, kind) for kind in kinds)] for damage in damages]
    totals = [str(sum(trial.kind == kind for trial in trials)) for kind in kinds]
    return table(("", *kinds), [*rows, ["all", *totals]])


if __name__ == "__main__":
    main()
