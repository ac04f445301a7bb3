"""Figures of an overload as tables, a plot, and whether they are as they have to be."""

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")  # no display: the plots go to files
from matplotlib import pyplot
from matplotlib.axes import Axes

from benchmarks.overload.measuring import SOON_MS, Row
from bot.evaluation.tables import Cell, markdown_table

_SIZE = (11, 3.8)  # inches
_HEADERS = (
    *("through", "articles", "questions", "a second", "× capacity", "asked", "answered"),
    *("p50 ms", "p95 ms", "refused", "p50 ms", "p99 ms", "first after ms"),
)


def tables(record: dict[str, Any]) -> str:
    """Markdown: all figures, and below what they mean for the goals."""
    goals = [[*map(str, named), *cells] for named, cells in _by_way(record).items()]
    headers = ("through", "articles", "questions", "p95 at 10×, of that at half", "refused in time")
    return f"{markdown_table(_HEADERS, list(map(_cells, record['rows'])))}\n\n" + markdown_table(
        headers, goals
    )


def _cells(row: Row) -> list[Cell]:
    names = "door articles questions capacity load offered answered"
    times = "answered_p50_ms answered_p95_ms refused refused_p50_ms refused_p99_ms first_after_ms"
    return [_shown(row[name]) for name in f"{names} {times}".split()]


def _shown(value: Any) -> Cell:
    return f"{value:,}" if isinstance(value, int | float) else value


def _by_way(record: dict[str, Any]) -> dict[tuple[str, str, str], list[Cell]]:
    ways: dict[tuple[str, str, str], dict[float, Row]] = {}
    for row in record["rows"]:
        ways.setdefault((row["door"], row["articles"], row["questions"]), {})[row["load"]] = row
    return {
        way: [
            f"{loads[10]['answered_p95_ms'] / loads[0.5]['answered_p95_ms']:.1f}×",
            "–" if loads[10]["refused_in_time"] is None else f"{loads[10]['refused_in_time']:.2%}",
        ]
        for way, loads in ways.items()
    }


def draw(record: dict[str, Any], path: Path) -> None:
    """What is answered, what is refused, and the memory, each way in by its own colour."""
    figure, panels = pyplot.subplots(1, 3, figsize=_SIZE)
    for memory in record["memory"]:
        way = memory["door"], memory["articles"], memory["questions"]
        rows = [r for r in record["rows"] if (r["door"], r["articles"], r["questions"]) == way]
        loads = [str(row["load"]) for row in rows]
        label = ", ".join(way)
        _line(panels[0], loads, [row["answered_p95_ms"] for row in rows], label)
        _line(panels[1], loads, [row["refused_p99_ms"] or float("nan") for row in rows], label)
        panels[2].plot(range(len(memory["resident_mb"])), memory["resident_mb"], label=label)
    panels[0].set(yscale="log", ylabel="p95 of the answered, ms", xlabel="× capacity")
    panels[1].set(yscale="log", ylabel="p99 of the refused, ms", xlabel="× capacity")
    panels[1].axhline(SOON_MS, color="#999999", linestyle="--")
    panels[2].set(ylabel="resident MB", xlabel="seconds", ylim=(0, None))
    panels[2].legend(fontsize="x-small", loc="lower right")
    for panel in panels:
        panel.grid(alpha=0.3)
    figure.tight_layout()
    # Without the version in it, a plot changes only where its figures do.
    figure.savefig(path, dpi=110, metadata={"Software": None})
    pyplot.close(figure)


def _line(axes: Axes, loads: list[str], times: list[float], label: str) -> None:
    axes.plot(loads, times, marker="o", label=label)
