"""Benchmark that interrupts building, rebuilding, migrating, rolling back, adopting and the store
at every step, and kills builds at random. Exits with 1 if anything was lost. Needs Linux on x86-64.

Run from the project's root: make faults, or python -m benchmarks.faults --help
"""

import argparse
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.faults.enumeration import Enumeration
from benchmarks.faults.indexes import Editions, index_operations
from benchmarks.faults.migration import MigratingIndex
from benchmarks.faults.operations import Operation
from benchmarks.faults.power import IN_MEMORY
from benchmarks.faults.ptrace import supported
from benchmarks.faults.random_kills import kill_at_random
from benchmarks.faults.report import RESULTS, keep, problems, summary, table
from benchmarks.faults.stores import store_operations
from benchmarks.faults.tracer import Kind
from index.encoder.encoder import default_home, open_current

_NAMES = (
    *("first build", "build", "full build", "rebuild", "rollback", "migrate"),
    *("store", "store migration", "adopt", "adopt again"),
)


def main() -> None:
    options = _options()
    if not supported():
        sys.exit("this traces the calls of the system, which it knows on Linux and x86-64 only")
    with TemporaryDirectory(dir=IN_MEMORY) as folder:
        # One thread, and none before a fork: a forked child lacks the other threads.
        encoder = open_current(default_home(), threads=1)
        editions = Editions(Path(folder) / "articles", default_home(), encoder)
        done = {}
        for operation in _operations(editions, Path(folder), options.only):
            done[operation.name] = _broken_off(operation, Path(folder), options.every)
            sys.stderr.write(f"{operation.name}: {done[operation.name]['faults']}\n")
        kills = None
        if options.kills:
            kills = kill_at_random(editions, Path(folder) / "kills", options.kills, options.seed)
    kept = keep(options.results, done, kills)
    sys.stdout.write(table(kept) + "\n")
    for problem in problems(kept):
        sys.stdout.write(f"{problem}\n")
    sys.exit(bool(problems(kept)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--only", nargs="*", choices=_NAMES, default=_NAMES, metavar="NAME")
    parser.add_argument("--kills", type=int, default=200, metavar="N", help="at random")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each N-th step")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="FILE")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    return parser.parse_args()


def _operations(editions: Editions, folder: Path, names: tuple[str, ...]) -> Iterator[Operation]:
    migrating = MigratingIndex(editions.encoders, editions.encoder)
    found = [*index_operations(editions), migrating, *store_operations(folder)]
    if {"adopt", "adopt again"} & set(names):
        # Imported late: it loads torch, which slows down every fork of the other operations.
        from benchmarks.faults.adoption import adopt_operations

        found += adopt_operations(folder)
    return (operation for operation in found if operation.name in names)


def _broken_off(operation: Operation, folder: Path, every: int) -> dict[str, object]:
    enumeration = Enumeration(operation, folder / operation.name)
    steps = range(0, len(enumeration.steps), every)
    outcomes = chain(enumeration.without_fault(), enumeration.outcomes(tuple(Kind), steps))
    return summary(len(enumeration.steps), outcomes)


if __name__ == "__main__":
    main()
