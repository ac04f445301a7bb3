"""Check that removes each guard of the threat model in a copy of the tree and runs its test, which
must fail.

Run from the project's root: make guards, or python -m benchmarks.guards --help
"""

import argparse
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.guards.page import PAGE, table
from benchmarks.guards.removal import Guard, guards, passes, removed
from benchmarks.machine import ROOT
from benchmarks.results_file import load, save_indented, save_tables

RESULTS = ROOT / "benchmarks/results/guards.json"
_WITHIN_S = 120.0  # without its guard a test may never end
_ALL_WITHIN_S = 1800.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guards", description=__doc__)
    parser.add_argument("words", nargs="*", default=[""], help="only threats with one of these")
    words = parser.parse_args().words
    chosen = [guard for guard in guards() if any(word in guard.threat for word in words)]
    if not chosen:
        parser.error("no threat has one of these words in it")
    save_tables(table(guards()), "guards", PAGE)
    with TemporaryDirectory() as folder:
        tree = Path(folder)
        _copy(tree)
        if not passes(sorted({guard.test for guard in chosen}), tree, _ALL_WITHIN_S):
            sys.exit("A test fails although nothing was removed.")
        noticed = {guard.threat: _is_noticed(guard, tree) for guard in chosen}
    _keep(noticed)
    print(f"{sum(noticed.values())} of {len(noticed)} removed guards were noticed")  # noqa: T201
    sys.exit(not all(noticed.values()))


def _keep(noticed: dict[str, bool]) -> None:
    """Write the results, with earlier results of the other guards that still exist."""
    known = load(RESULTS) | noticed
    kept = {guard.threat: known[guard.threat] for guard in guards() if guard.threat in known}
    save_indented(kept, RESULTS)


def _copy(tree: Path) -> None:
    """Extract the last commit into `tree`, without uncommitted files."""
    command = ["git", "archive", "HEAD"]
    archive = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(tree, filter="data")


def _is_noticed(guard: Guard, tree: Path) -> bool:
    with removed(guard, tree):
        noticed = not passes([guard.test], tree, _WITHIN_S)
    print(f"{'noticed' if noticed else 'NOT NOTICED'}: {guard.threat}", flush=True)  # noqa: T201
    return noticed


if __name__ == "__main__":
    main()
