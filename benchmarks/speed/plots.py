"""Plots of a speed record, one PNG each, drawn from its JSON alone."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

from benchmarks.peers.run import PEERS
from benchmarks.plots import panels
from benchmarks.speed.figures import Row
from benchmarks.speed.names import ANSWERS, BARE, ENCODER_ALONE, RERANKED, RETRIEVAL
from benchmarks.speed.startup import COMMAND

_COLOURS = {
    RETRIEVAL: "#009e73",
    ANSWERS: "#56b4e9",
    COMMAND: "#009e73",
    BARE: "#000000",
    ENCODER_ALONE: "#999999",
    **dict(zip(PEERS, ("#e69f00", "#d55e00", "#cc79a7", "#0072b2", "#7a7ad0"), strict=True)),
    **dict(zip(RERANKED, ("#8c6100", "#7d3700", "#77445f"), strict=True)),  # darker than the peers
}
_STEP_COLOURS = ("#009e73", "#56b4e9", "#e69f00", "#cc79a7", "#d55e00", "#cccccc")
_SIZE = (7.5, 4.2)  # inches
Record = dict[str, Any]


def draw_all(record: Record, folder: Path) -> None:
    """Write every plot that this record has data for."""
    if record.get("latency") or record.get("scale"):
        _save(folder / "latency-by-size.png", _draw_latency, record)
    if record.get("scale"):
        _save(folder / "steps-by-size.png", _draw_steps, record["scale"])
    if record.get("throughput"):
        _save(folder / "throughput.png", _draw_throughput, record["throughput"])
    if record.get("start"):
        draw = _bars("seconds", "seconds from process start to first answer")
        _save(folder / "start.png", draw, record["start"])
    if record.get("footprint"):
        draw = _bars("after_crowd_mb", "resident MB while serving the bundled articles")
        _save(folder / "memory.png", draw, record["footprint"])


def _save(path: Path, draw: Callable[[Axes, Any], None], figures: Any) -> None:
    with panels(path, _SIZE) as (axes,):
        draw(axes, figures)


def _draw_latency(axes: Axes, record: Record) -> None:
    """Draw medians with quartiles: peers at the sizes that they were asked at, dealbot at all
    sizes."""
    lines: dict[str, dict[int, Row]] = {}
    for row in record.get("latency", []):
        if row["system"] in _COLOURS:
            lines.setdefault(row["system"], {})[row["sentences"]] = row
    for row in record.get("scale", []):
        for system, part in ((RETRIEVAL, "retrieval"), (ANSWERS, "answers")):
            if part in row:
                lines.setdefault(system, {})[row["sentences"]] = row[part]
    for system, by_size in lines.items():
        _line(axes, system, by_size, "p50_ms")
    axes.set(xlabel="sentences", ylabel="milliseconds a question", xscale="log", yscale="log")
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")


def _draw_throughput(axes: Axes, rows: Sequence[Row]) -> None:
    for system in dict.fromkeys(row["system"] for row in rows):
        found = {row["askers"]: row for row in rows if row["system"] == system}
        _line(axes, system, found, "per_second")
    askers = sorted({row["askers"] for row in rows})
    axes.set(xlabel="askers at once", ylabel="answers a second", xscale="log", yscale="log")
    axes.set_xticks(askers, labels=map(str, askers))
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")


def _line(axes: Axes, system: str, rows: dict[int, Row], field: str) -> None:
    places = sorted(rows)
    middle = [rows[place][field] for place in places]
    spread = [
        [rows[place][field] - rows[place]["q1"] for place in places],
        [rows[place]["q3"] - rows[place][field] for place in places],
    ]
    axes.errorbar(
        places, middle, yerr=spread, marker="o", capsize=2, color=_COLOURS[system], label=system
    )


def _draw_steps(axes: Axes, rows: Sequence[Row]) -> None:
    """Draw two stacks for each size: retrieval, and the whole path to an answer."""
    parts = [(row["sentences"], part, row[part]["steps_ms"]) for row in rows
             for part in ("retrieval", "answers") if part in row]  # fmt: skip
    labels = [f"{sentences:,}\n{part}" for sentences, part, _ in parts]
    bottom = [0.0] * len(parts)
    for step, colour in zip(parts[0][2], _STEP_COLOURS, strict=True):
        heights = [steps[step] for _, _, steps in parts]
        axes.bar(labels, heights, bottom=bottom, color=colour, label=step)
        bottom = [low + height for low, height in zip(bottom, heights, strict=True)]
    axes.set(ylabel="milliseconds a question")
    axes.tick_params(axis="x", labelsize="small")
    axes.legend(fontsize="small")


def _bars(field: str, label: str) -> Callable[[Axes, Sequence[Row]], None]:
    def draw(axes: Axes, rows: Sequence[Row]) -> None:
        systems = [row["system"] for row in reversed(rows)]
        bars = axes.barh(
            systems,
            [row[field] for row in reversed(rows)],
            color=[_COLOURS[system] for system in systems],
        )
        axes.bar_label(bars, fmt="%.3g", padding=3, fontsize="small")
        axes.set(xlabel=label)
        axes.margins(x=0.12)

    return draw
