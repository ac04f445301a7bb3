"""Benchmark that lets a model write the answers to our questions about the deal, and reports which
sentences pass verification. Writes JSON with figures, and every answer in quotes, raw and verified,
side by side.

Run from the project's root: make generation, or python -m benchmarks.generation --help
"""

import argparse
import asyncio
import json
import os
import re
import sys
from pathlib import Path
from random import Random

from pydantic import SecretStr

from benchmarks.generation import judgements
from benchmarks.generation.models import QWEN, SMOLLM, endpoint
from benchmarks.generation.recorded_service import Row, opened
from benchmarks.generation.report import figures, side_by_side, table
from benchmarks.indexes import evaluation_indexes
from benchmarks.machine import ROOT
from benchmarks.question_sets import QuestionSet, question_sets
from benchmarks.results_file import save
from benchmarks.speed.record import made_from
from index.encoder.encoder import default_home
from index.generations.live import LiveIndex

RESULTS = ROOT / "benchmarks/results"
_RUNS = ROOT / "build/generation"  # complete runs, for --judged
_OURS = {"articles"}
_SEED = 7


def main() -> None:
    options = _options()
    model = options.name or options.model
    label = re.sub(r"[^\w.]+", "-", model).strip("-")
    last = _RUNS / f"{label}.json"
    if not options.judged:
        with endpoint(options.model) as url:
            sets = {
                each.name: asyncio.run(_ask(each, url, options))
                for each in question_sets(options.shared)
            }
        save({**made_from(), "model": model, "sets": sets}, last)
    _report(json.loads(last.read_text()), label)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generation", description=__doc__)
    parser.add_argument("--model", default=SMOLLM, help=f"{SMOLLM}, {QWEN} or an endpoint's URL")
    parser.add_argument(
        "--name", default="", help="its name at the endpoint, whose key is in DEALBOT_LLM_API_KEY"
    )
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", metavar="FOLDER")
    parser.add_argument("--sample", type=int, metavar="N", help="so many questions of each set")
    parser.add_argument(
        "--judged", action="store_true", help="only count the judgements of the last run anew"
    )
    return parser.parse_args()


async def _ask(of: QuestionSet, url: str, options: argparse.Namespace) -> Row:
    """Ask the questions of one set. Return how many were asked, and a row for each that had
    evidence."""
    encoders = default_home()
    live = LiveIndex(evaluation_indexes(encoders).built(of.name, [of.articles]), encoders)
    questions = of.questions
    if options.sample:
        questions = Random(_SEED).sample(questions, min(options.sample, len(questions)))
    rows: list[Row] = []
    key = os.environ.get("DEALBOT_LLM_API_KEY")
    name_there = options.name or options.model
    async with opened(live, url, name_there, SecretStr(key) if key else None) as asked:
        for number, question in enumerate(questions, start=1):
            row = await asked.row(question)
            rows += [row] if row else []
            sys.stderr.write(f"\r{of.name}: {number} of {len(questions)}")
    sys.stderr.write("\n")
    return {"asked": len(questions), "rows": rows}


def _report(run: Row, label: str) -> None:
    """Write the figures and the answers, and print the table. The answers about the seed article,
    which is not ours, stay in build/; those about our own articles are committed."""
    judged = judgements.load()
    sets = run.pop("sets")
    shown = [figures(name, each["asked"], each["rows"], judged) for name, each in sets.items()]
    save({**run, "sets": shown}, RESULTS / f"generation-{label}.json")
    for name, each in sets.items():
        folder = RESULTS if name in _OURS else _RUNS
        text = side_by_side(f"{label}: {name}", each["rows"], judged)
        (folder / f"generation-{label}-{name}.md").write_text(text, encoding="utf-8")
    sys.stdout.write(table(shown) + "\n")


if __name__ == "__main__":
    main()
