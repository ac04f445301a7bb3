"""Benchmark that corrupts an index, its encoder and its known vectors in thousands of ways. Exits
with 1 if a corruption was not detected, was not reported, or changed an answer.

Run from the project's root: make corruption, or python -m benchmarks.corruption --help
"""

import argparse
import json
import multiprocessing
import platform
import secrets
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
from benchmarks.machine import ROOT, git, tell
from benchmarks.results_file import save_indented
from bot.evaluation.tables import table
from index.encoder.encoder import default_home

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
        save_indented(results, RESULTS)
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
    """Run the trials in batches, each batch in its own process. If a process dies, run its trials
    again one by one."""
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
        tell(f"{numbers[-1] + 1} of {count}")


def _apart(made: Path, numbers: Iterable[int], seed: int) -> list[Trial]:
    # Spawned, not forked: a fork would copy locks that threads of this process may hold.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(try_all, made, numbers, seed).result()


def _results(trials: list[Trial], seed: int, seconds: float) -> dict[str, Any]:
    found = Counter((trial.kind, trial.file, trial.damage) for trial in trials if not trial.failure)
    return {
        "seed": seed,
        "commit": git("rev-parse", "HEAD"),
        "python": platform.python_version(),
        "seconds": round(seconds),
        "corruptions": len(trials),
        "failed": [asdict(trial) for trial in trials if trial.failure],
        "found": {", ".join(key): times for key, times in sorted(found.items())},
    }


def _report(trials: list[Trial]) -> str:
    """Format the table: a row for each damage, a column for each kind of file, failures in
    brackets."""
    kinds = sorted({trial.kind for trial in trials})
    damages = sorted({trial.damage for trial in trials})
    done = Counter((trial.damage, trial.kind) for trial in trials)
    failed = Counter((trial.damage, trial.kind) for trial in trials if trial.failure)

    def cell(damage: str, kind: str) -> str:
        key = damage, kind
        return f"{done[key]}" + (f" ({failed[key]} failed)" if failed[key] else "")

    rows = [[damage, *(cell(damage, kind) for kind in kinds)] for damage in damages]
    totals = [str(sum(trial.kind == kind for trial in trials)) for kind in kinds]
    return table(("", *kinds), [*rows, ["all", *totals]])


if __name__ == "__main__":
    main()
