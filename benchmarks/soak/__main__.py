"""Asks thousands of questions through the real client while Discord fails in all the ways that the
fake one of the tests can; exits with 1 if one of them was lost.

Run from the project's root: make soak, or python -m benchmarks.soak --help
"""

import argparse
import asyncio
import secrets
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.soak.report import failures, report
from benchmarks.soak.soaking import Size, soak
from bot.evaluation.datasets import records
from bot.evaluation.indexes import EvaluationIndexes
from bot.terminal.progress import StageLines
from index.encoder.encoder import default_home, open_current

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    warnings.simplefilter("ignore", DeprecationWarning)  # discord.py's, of what voice needs
    options = _options()
    print(f"seed {options.seed}", flush=True)  # noqa: T201 - known also where it ends early
    asked = records(ROOT / "benchmarks/questions/articles.jsonl")
    questions = [record["question"] for record in asked if record["answerable"]]
    size = Size(options.questions, options.minutes, options.at_once)
    with TemporaryDirectory() as folder:
        places = _index(), default_home(), Path(folder) / "dealbot.sqlite"
        soaked = asyncio.run(soak(*places, questions, size, options.seed, _tell))
    sys.stdout.write(report(soaked) + "\n")
    sys.exit(bool(failures(soaked)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--questions", type=int, default=10_000, metavar="N")
    parser.add_argument("--minutes", type=float, metavar="N", help="instead of so many questions")
    parser.add_argument("--at-once", type=int, default=60, metavar="N", help="who wait at once")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), metavar="N")
    return parser.parse_args()


def _index() -> Path:
    home = default_home()
    quiet = StageLines(lambda line: None)
    indexes = EvaluationIndexes(ROOT / "build/evaluation", home, open_current(home), quiet)
    return indexes.built("articles", [ROOT / "articles"])


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    main()
