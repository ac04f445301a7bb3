"""Soak test: ask thousands of questions through the real Discord client while the fake Discord of
the tests produces every kind of fault. Exit with 1 if a question was lost or another check failed.

Run from the project's root: make soak, or python -m benchmarks.soak --help
"""

import argparse
import asyncio
import secrets
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.indexes import evaluation_indexes
from benchmarks.machine import ROOT, tell
from benchmarks.soak.report import failures, report
from benchmarks.soak.run import Size, soak
from bot.evaluation.datasets import records
from index.encoder.encoder import default_home


def main() -> None:
    warnings.simplefilter("ignore", DeprecationWarning)  # from discord.py's support of voice
    options = _options()
    print(f"seed {options.seed}", flush=True)  # noqa: T201 - known also where it ends early
    asked = records(ROOT / "benchmarks/questions/articles.jsonl")
    questions = [record["question"] for record in asked if record["answerable"]]
    size = Size(options.questions, options.minutes, options.at_once)
    encoders = default_home()
    index = evaluation_indexes(encoders).built("articles", [ROOT / "articles"])
    with TemporaryDirectory() as folder:
        places = index, encoders, Path(folder) / "dealbot.sqlite"
        soaked = asyncio.run(soak(*places, questions, size, options.seed, tell))
    sys.stdout.write(report(soaked) + "\n")
    sys.exit(bool(failures(soaked)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--questions", type=int, default=10_000, metavar="N")
    parser.add_argument("--minutes", type=float, metavar="N", help="instead of so many questions")
    parser.add_argument("--at-once", type=int, default=60, metavar="N", help="who wait at once")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), metavar="N")
    return parser.parse_args()


if __name__ == "__main__":
    main()
