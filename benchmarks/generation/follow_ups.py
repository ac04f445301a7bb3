"""Benchmark of follow-ups: how often retrieval finds the answering sentence if the question stands
alone, is resolved by the bot's rules, or is rewritten by a model or by a person.

Run from the project's root: python -m benchmarks.generation.follow_ups --help
"""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.generation.models import QWEN, SMOLLM, endpoint
from benchmarks.generation.recorders import RecordingBackend
from benchmarks.indexes import evaluation_indexes
from benchmarks.machine import ROOT
from benchmarks.results_file import save
from benchmarks.speed.record import made_from
from bot.answering.question.follow_up import referenced_turns
from bot.answering.question.rewrites import flaw_in
from bot.domain.models import Question, Rewritten
from bot.evaluation.datasets import canard, records
from bot.evaluation.outcomes import Columns, measures
from bot.evaluation.questions import EvalQuestion
from bot.evaluation.retrieval import EVIDENCE, HYBRID, Methods, outcome_of
from bot.evaluation.tables import markdown_table
from bot.generation.budget import Budget, Caps, Prices
from bot.generation.errors import GenerationError
from bot.generation.ledger import MemoryLedger
from bot.generation.model import Model
from bot.generation.rewriter import Rewriter, read_rewrite
from index.encoder.encoder import default_home

_PATIENCE_S = 300.0  # a slow machine yields the same rewrites; the time is recorded
_SEED = 7
_SHOWN = ("@1", "@3", "@10", "MRR")
_USED = "used"


def main() -> None:
    options = _options()
    found, people = canard(records(options.shared / "eval/canard_dev.jsonl"))
    follow_ups = [each for each in found.questions if referenced_turns(each.question, each.history)]
    if options.sample:
        follow_ups = Random(_SEED).sample(follow_ups, min(options.sample, len(follow_ups)))
    indexes = evaluation_indexes(default_home())
    methods = Methods(indexes.over_records("CANARD", found.articles))
    with endpoint(options.model) as url:
        rewritten, fates, seconds = asyncio.run(_rewritten(follow_ups, url, options.model))
    forms: dict[str, Sequence[Question]] = {
        "alone": [Question(question=each.question) for each in follow_ups],
        "without a model": follow_ups,
        options.model: rewritten,
        "a person's rewrite": [Question(question=people[each.id]) for each in follow_ups],
    }
    rows = [row for form, asked in forms.items() for row in _rows(form, methods, follow_ups, asked)]
    figures = {
        "model": options.model,
        "follow_ups": len(follow_ups),
        "fates": dict(fates.most_common()),
        "seconds_p50": round(median(seconds), 2),
        "rows": rows,
    }
    save({**made_from(), **figures}, ROOT / f"benchmarks/results/rewriting-{options.model}.json")
    sys.stdout.write(f"{figures['fates']}, {figures['seconds_p50']} s each\n{_table(rows)}\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.generation.follow_ups", description=__doc__
    )
    parser.add_argument("--model", default=SMOLLM, choices=(SMOLLM, QWEN))
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", metavar="FOLDER")
    parser.add_argument(
        "--sample", type=int, metavar="N", help="use N follow-ups, chosen at random"
    )
    return parser.parse_args()


async def _rewritten(
    follow_ups: Sequence[EvalQuestion], url: str, name: str
) -> tuple[list[Question], Counter[str], list[float]]:
    """Rewrite each follow-up. Return the questions that the bot would ask, how many rewrites were
    used or rejected (by reason), and the seconds per rewrite."""
    rewritten: list[Question] = []
    fates, seconds = Counter[str](), list[float]()
    backend = RecordingBackend(url, name, None, _PATIENCE_S)
    budget = Budget(Caps(), Prices(), MemoryLedger())
    model = Model(backend, budget, timeout_s=_PATIENCE_S, at_once=1)
    async with backend, Rewriter(model, _PATIENCE_S) as rewriter:
        for each in follow_ups:
            backend.raw, started = "", perf_counter()
            rewritten.append(await rewriter.rewrite(each, _PATIENCE_S))
            seconds.append(perf_counter() - started)
            fates[_fate(each, rewritten[-1], backend.raw)] += 1
            sys.stderr.write(f"\r{len(rewritten)} of {len(follow_ups)}")
    sys.stderr.write("\n")
    return rewritten, fates, seconds


def _fate(asked: EvalQuestion, rewritten: Question, raw: str) -> str:
    if isinstance(rewritten, Rewritten):
        same = rewritten.wording.casefold() == asked.question.strip().casefold()
        return "used, though nothing is changed" if same else _USED
    try:
        rewrite = read_rewrite(raw)
    except GenerationError:
        return "garbled" if raw else "failed"
    turns = referenced_turns(asked.question, asked.history)
    return f"not used: {flaw_in(rewrite, asked.question, turns)}"


def _rows(
    form: str, methods: Methods, follow_ups: Sequence[EvalQuestion], asked: Sequence[Question]
) -> list[dict[str, Any]]:
    encoded = methods.encode(asked)
    rows = []
    for method in (HYBRID, EVIDENCE):
        pairs = zip(follow_ups, encoded, strict=True)
        outcomes = [outcome_of(question, methods.all[method](each)) for question, each in pairs]
        found = measures(Columns(outcomes, calibrated=False))
        shown = {name: round(found[name], 3) for name in _SHOWN}
        rows.append({"form": form, "method": method, **shown})
    return rows


def _table(rows: Sequence[dict[str, Any]]) -> str:
    return markdown_table(list(rows[0]), [list(row.values()) for row in rows])


if __name__ == "__main__":
    main()
