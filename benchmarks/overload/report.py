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
    *("CPU", "CPU of the asking", "asked late, p95 ms"),
)
_CELLS = (
    *("door", "articles", "questions", "capacity", "load", "offered", "answered"),
    *("answered_p50_ms", "answered_p95_ms", "refused", "refused_p50_ms", "refused_p99_ms"),
    *("first_after_ms", "cpu", "asking_cpu", "asked_late_p95_ms"),
)
_GOALS = (
    *("through", "articles", "questions", "p95 at half, ms", "at 10×, ms", "of that at half"),
    *("after the onset", "refused within 50 ms", "left to Discord"),
)


def tables(record: dict[str, Any]) -> str:
    """Markdown: all figures, and below what they mean for the goals."""
    rows = [[_shown(row[name]) for name in _CELLS] for row in record["rows"]]
    goals = [[*way, *_goals(loads[0.5], loads[10])] for way, loads in _by_way(record).items()]
    return f"{markdown_table(_HEADERS, rows)}\n\n{markdown_table(_GOALS, goals)}"


def _shown(value: Any) -> Cell:
    return f"{value:,}" if isinstance(value, int | float) else value


def _by_way(record: dict[str, Any]) -> dict[tuple[str, ...], dict[float, Row]]:
    ways: dict[tuple[str, ...], dict[float, Row]] = {}
    for row in record["rows"]:
        ways.setdefault((row["door"], row["articles"], row["questions"]), {})[row["load"]] = row
    return ways


def _goals(half: Row, ten: Row) -> list[Cell]:
    """What is asked of ten times the capacity."""
    usual_ms, times_ms = half["answered_p95_ms"], (ten["answered_p95_ms"], ten["later_p95_ms"])
    in_time = ten["refused_in_time"]
    return [
        f"{usual_ms:,}",
        f"{times_ms[0]:,}",
        *(f"{time_ms / usual_ms:.1f}×" if time_ms else None for time_ms in times_ms),
        None if in_time is None else f"{in_time:.1%}",
        f"{ten['left_to_discord'] / ten['offered']:.1%}",
    ]


def draw(record: dict[str, Any], path: Path) -> None:
    """What is answered, what is refused, and the memory, each way in by its own colour."""
    figure, panels = pyplot.subplots(1, 3, figsize=_SIZE)
    by_way = _by_way(record)
    for memory in record["memory"]:
        way = memory["door"], memory["articles"], memory["questions"]
        rows = list(by_way[way].values())
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
