"""Figures of an overload as tables and a plot, compared with their goals."""

from pathlib import Path
from typing import Any

from benchmarks.overload.load import SOON_MS, Row
from benchmarks.plots import panels
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
_COSTS = (
    *("through", "articles", "commands a second", "refused within 50 ms", "refused, p95 ms"),
    *("event loop late, p95 ms", "asked late, p95 ms", "CPU", "CPU of the asking"),
)
_NULL = "null bot"


def tables(record: dict[str, Any]) -> str:
    """Format as Markdown all figures, then the goals."""
    rows = [[_shown(row.get(name)) for name in _CELLS] for row in record["rows"]]
    return f"{markdown_table(_HEADERS, rows)}\n\n{goals(record)}"


def goals(record: dict[str, Any]) -> str:
    """Format as Markdown when and where the run was, the figures that have goals, and what the
    measuring costs."""
    machine = record["machine"]
    run = (
        f"Measured on {record['created'][:10]} at {record['commit'][:12]}, {machine['cpu']}, "
        f"{machine['cores']} cores, load before {machine['load_before']}, {record['seconds']:g} s "
        "for each load."
    )
    by_way = _by_way(record)
    met = [[*way, *_goals(loads[0.5], loads[10])] for way, loads in by_way.items() if 0.5 in loads]
    costs = [_costs(loads[10]) for way, loads in by_way.items() if way[0] in ("bot", _NULL)]
    shown = [run, markdown_table(_GOALS, met)]
    return "\n\n".join([*shown, markdown_table(_COSTS, costs)] if costs else shown)


def _shown(value: Any) -> Cell:
    return f"{value:,}" if isinstance(value, int | float) else value


def _by_way(record: dict[str, Any]) -> dict[tuple[str, ...], dict[float, Row]]:
    ways: dict[tuple[str, ...], dict[float, Row]] = {}
    for row in record["rows"]:
        ways.setdefault((row["door"], row["articles"], row["questions"]), {})[row["load"]] = row
    return ways


def _goals(half: Row, ten: Row) -> list[Cell]:
    """Return the cells of the goals for ten times the capacity."""
    usual_ms, times_ms = half["answered_p95_ms"], (ten["answered_p95_ms"], ten["later_p95_ms"])
    return [
        f"{usual_ms:,}",
        f"{times_ms[0]:,}",
        *(f"{time_ms / usual_ms:.1f}×" if time_ms else None for time_ms in times_ms),
        _share(ten["refused_in_time"]),
        _share(ten["left_to_discord"] / ten["offered"]),
    ]


def _costs(ten: Row) -> list[Cell]:
    """Return the cells of what the measuring costs at ten times the capacity."""
    names = ("refused_p95_ms", "loop_lag_p95_ms", "asked_late_p95_ms", "cpu", "asking_cpu")
    return [
        ten["door"],
        ten["articles"],
        f"{ten['capacity'] * ten['load']:,.0f}",
        _share(ten["refused_in_time"]),
        *(_shown(ten.get(name)) for name in names),
    ]


def _share(share: float | None) -> Cell:
    return None if share is None else f"{share:.1%}"


def draw(record: dict[str, Any], path: Path) -> None:
    """Plot the times of answers and of refusals, and the memory, one colour for each system."""
    by_way = _by_way(record)
    with panels(path, _SIZE, columns=3) as (answered, refused, resident):
        for memory in record["memory"]:
            way = memory["door"], memory["articles"], memory["questions"]
            rows = list(by_way[way].values())
            loads = [str(row["load"]) for row in rows]
            label = ", ".join(way)
            answered_ms = [row["answered_p95_ms"] for row in rows]
            refused_ms = [row["refused_p99_ms"] or float("nan") for row in rows]
            answered.plot(loads, answered_ms, marker="o", label=label)
            refused.plot(loads, refused_ms, marker="o", label=label)
            resident.plot(range(len(memory["resident_mb"])), memory["resident_mb"], label=label)
        answered.set(yscale="log", ylabel="p95 of the answered, ms", xlabel="× capacity")
        refused.set(yscale="log", ylabel="p99 of the refused, ms", xlabel="× capacity")
        refused.axhline(SOON_MS, color="#999999", linestyle="--")
        resident.set(ylabel="resident MB", xlabel="seconds", ylim=(0, None))
        resident.legend(fontsize="x-small", loc="lower right")
        for panel in (answered, refused, resident):
            panel.grid(alpha=0.3)
