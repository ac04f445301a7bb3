"""Figures of a run, as JSON and as a table. A run replaces only the operations that it did."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.faults.enumeration import Outcome
from benchmarks.faults.random_kills import RandomKills
from benchmarks.faults.tracer import Kind
from benchmarks.machine import ROOT
from benchmarks.results_file import load, save_indented
from bot.evaluation.tables import markdown_table

RESULTS = ROOT / "benchmarks/results/faults.json"
_SHOWN = 20  # problems shown of each operation


def summary(steps: int, outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """Count the faults of each kind and the power cuts, and list all problems."""
    faults, cuts, problems = Counter[str](), 0, []
    for outcome in outcomes:
        if outcome.cut:
            cuts += 1
        elif outcome.fault:
            faults[str(outcome.fault.kind)] += 1
        kind = outcome.fault.kind if outcome.fault else "no fault"
        where = f"{kind}, {outcome.cut or 'no power cut'}, at {outcome.step}"
        problems += [f"{where}: {problem}" for problem in outcome.found.problems]
    return {"steps": steps, "faults": dict(faults), "power_cuts": cuts, "problems": problems}


def keep(path: Path, operations: dict[str, Any], kills: RandomKills | None) -> dict[str, Any]:
    """Write the figures in place of older ones of the same names; return all figures in the
    file."""
    kept = load(path)
    kept["operations"] = kept.get("operations", {}) | operations
    if kills:
        kept["random_kills"] = asdict(kills)
    save_indented(kept, path)
    return kept


def problems(kept: dict[str, Any]) -> list[str]:
    found = [
        f"{name}: {problem}"
        for name, operation in kept["operations"].items()
        for problem in operation["problems"][:_SHOWN]
    ]
    killed: list[str] = kept.get("random_kills", {"problems": []})["problems"]
    return found + killed


def table(kept: dict[str, Any]) -> str:
    """Format the figures as Markdown."""
    kinds = [*map(str, Kind)]
    rows = [
        [name, found["steps"], *(found["faults"].get(kind, 0) for kind in kinds),
         found["power_cuts"], len(found["problems"])]
        for name, found in kept["operations"].items()
    ]  # fmt: skip
    headers = ("operation", "steps", *kinds, "power cuts", "lost or torn")
    lines = [markdown_table(headers, rows)]
    if kills := kept.get("random_kills"):
        lines.append(
            f"\nAt random, of the real command (seed {kills['seed']}): {kills['killed_by_time']} "
            f"killed after a random time, {kills['killed_at_step']} at a random step, "
            f"{kills['done_before']} done before; another process opened the index and answered "
            f"{kills['opened_meanwhile']:,} times meanwhile. Lost or torn: "
            f"{len(kills['problems'])}."
        )
    return "\n".join(lines)
