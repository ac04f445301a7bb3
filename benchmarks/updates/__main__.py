"""Benchmark of sources that update themselves: what an update costs, whether answers suffer, and
which faults of servers lose a source. Writes benchmarks/results/updates.json.

Run from the project's root: python -m benchmarks.updates --help
"""

import argparse
import asyncio
import json
import sys
from typing import Any

from benchmarks.machine import ROOT
from benchmarks.results_file import load, save
from benchmarks.speed.record import made_from
from benchmarks.updates.cost import measure_cost
from benchmarks.updates.faults import measure_faults
from benchmarks.updates.load import measure_load

RESULTS = ROOT / "benchmarks/results/updates.json"
_PARTS = ("cost", "load", "faults")


def main() -> None:
    """Run the parts that the options name, and keep the figures of the others."""
    options = _options()
    record: dict[str, Any] = {**load(RESULTS), **made_from()}
    for part in options.only or _PARTS:
        record[part] = asyncio.run(_measured(part, options))
        sys.stdout.write(f"{part}: {json.dumps(record[part], indent=1)}\n")
    save(record, RESULTS)


async def _measured(part: str, options: argparse.Namespace) -> dict[str, Any]:
    if part == "cost":
        return await measure_cost(options.articles, options.rounds)
    if part == "load":
        return await measure_load(options.articles, options.seconds, options.people, options.pause)
    return await measure_faults()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.updates", description=__doc__)
    parser.add_argument("--only", action="append", choices=_PARTS)
    parser.add_argument("--articles", type=int, default=200, metavar="N", help="in the feed")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="of the cost")
    parser.add_argument("--seconds", type=float, default=600, metavar="N", help="of each load")
    parser.add_argument("--people", type=int, default=50, metavar="N", help="who ask")
    parser.add_argument(
        "--pause", type=float, default=10, metavar="S", help="of a person after an answer, mean"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
