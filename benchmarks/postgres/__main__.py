"""Benchmark of an index in PostgreSQL: loads, updates, recall, answers beside those from files,
memory, and readers during publications. Writes benchmarks/results/postgres.json and the table in
docs/postgres.md.

Run from the project's root: python -m benchmarks.postgres --help
"""

import argparse
import json
import sys
from typing import Any

from benchmarks.machine import ROOT
from benchmarks.postgres import answers, loading, page, publishing, recall
from benchmarks.postgres.ground import Ground, server
from benchmarks.results_file import load, save_indented
from benchmarks.speed.record import made_from

RESULTS = ROOT / "benchmarks/results/postgres.json"
_PARTS = {
    "load": loading.measure,
    "recall": recall.measure,
    "answers": answers.measure,
    "publish": publishing.measure,
}


def main() -> None:
    """Run the parts that the options name, and keep the figures of the others."""
    options = _options()
    record: dict[str, Any] = {**load(RESULTS), **made_from()}
    parts = record.setdefault("sizes", {}).setdefault(str(options.sentences), {})
    with server(options.url) as url:
        ground = Ground(url, options.sentences, options.questions, options.asked)
        for part in options.only or _PARTS:
            parts[part] = _PARTS[part](ground)
            sys.stdout.write(f"{part}: {json.dumps(parts[part], indent=1)}\n")
            save_indented(record, RESULTS)
            page.write(record)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.postgres", description=__doc__)
    parser.add_argument("--only", action="append", choices=_PARTS)
    parser.add_argument("--sentences", type=int, default=20_000, metavar="N", help="generated")
    parser.add_argument("--questions", type=int, default=200, metavar="N", help="of each part")
    parser.add_argument(
        "--asked", type=int, default=10_000, metavar="N", help="questions during publications"
    )
    parser.add_argument(
        "--url", help="of a database whose index may be removed; without it a server is started"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
