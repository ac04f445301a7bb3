"""Plots of evaluation results, one PNG each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import matplotlib

matplotlib.use("Agg")  # no display: the plots go to files
from matplotlib import pyplot
from matplotlib.axes import Axes

from bot.evaluation.results import Answers, Curves, Results
from bot.evaluation.retrieval import METHODS
from bot.evaluation.summary import Summary

_COLOURS = dict(zip(METHODS, ("#999999", "#56b4e9", "#e69f00", "#009e73"), strict=True))
_WIDTH, _HEIGHT = 4.2, 3.6  # inches, of one panel
_Item = TypeVar("_Item", Curves, Answers)


def draw_all(results: Results, folder: Path) -> None:
    """Write every plot that these results have data for."""
    curves = [curve for curve in results.curves if curve.coverage]
    _draw_each(folder / "risk-coverage.png", curves, _draw_risk)
    _draw_each(folder / "reliability.png", curves, _draw_reliability)
    _draw_each(folder / "recall-by-rank.png", [c for c in curves if c.recall], _draw_recall)
    kinds = [answers for answers in results.answers if answers.part == "all"]
    _draw_each(folder / "quality-by-kind.png", kinds, _draw_kinds)


@contextmanager
def panels(
    path: Path, size: tuple[float, float], rows: int = 1, columns: int = 1
) -> Iterator[list[Axes]]:
    """Yield the panels of a figure of this size in inches, and save it as the block ends."""
    figure, grid = pyplot.subplots(rows, columns, figsize=size, squeeze=False)
    yield list(grid.flat)
    figure.tight_layout()
    # Without the version as metadata, a plot's file changes only if its figures do.
    figure.savefig(path, dpi=110, metadata={"Software": None})
    pyplot.close(figure)


def _draw_each(path: Path, items: Sequence[_Item], draw: Callable[[Axes, _Item], None]) -> None:
    """Draw one panel per item, side by side, up to three in a row."""
    if not items:
        return
    columns = min(3, len(items))
    rows = -(-len(items) // columns)
    with panels(path, (_WIDTH * columns, _HEIGHT * rows), rows, columns) as grid:
        for axes, item in zip(grid, items, strict=False):
            draw(axes, item)
            axes.set_title(item.set)
        for axes in grid[len(items) :]:
            axes.axis("off")


def _draw_risk(axes: Axes, curves: Curves) -> None:
    axes.plot(curves.coverage, curves.risk, color=_COLOURS["evidence"])
    axes.set(xlabel="share of questions answered", ylabel="share of answers wrong")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.grid(alpha=0.3)


def _draw_reliability(axes: Axes, curves: Curves) -> None:
    filled = [number for number, count in enumerate(curves.bin_counts) if count]
    total = sum(curves.bin_counts)
    axes.plot([0, 1], [0, 1], color="#999999", linestyle="--")
    axes.bar(
        [number / 10 + 0.05 for number in filled],
        [curves.bin_counts[number] / total for number in filled],
        width=0.09,
        color="#dddddd",
        label="share of questions",
    )
    axes.plot(
        [curves.bin_confidence[number] for number in filled],
        [curves.bin_right[number] for number in filled],
        marker="o",
        color=_COLOURS["evidence"],
        label="share right",
    )
    axes.set(xlabel="confidence", ylabel="share", xlim=(0, 1), ylim=(0, 1))
    axes.legend(fontsize="small")


def _draw_recall(axes: Axes, curves: Curves) -> None:
    for method, recall in curves.recall.items():
        axes.plot(range(1, len(recall) + 1), recall, color=_COLOURS[method], label=method)
    axes.set(xlabel="rank", ylabel="questions with a right sentence so far", xscale="log")
    axes.set_xticks([1, 2, 3, 5, 10, 20, 40], labels=["1", "2", "3", "5", "10", "20", "40"])
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")


def _draw_kinds(axes: Axes, answers: Answers) -> None:
    """Draw one bar per kind of question: the share with the right sentence first if answerable,
    else the share abstained on."""
    kinds = list(reversed(answers.rows[:-1]))
    colours = [_COLOURS["evidence"] if kind.answerable else _COLOURS["dense"] for kind in kinds]
    axes.barh(
        [f"{kind.kind} ({kind.n})" for kind in kinds], list(_expected_shares(kinds)), color=colours
    )
    axes.set(xlim=(0, 1), xlabel="right sentence first (green), abstained (blue)")
    axes.tick_params(axis="y", labelsize="small")


def _expected_shares(kinds: Iterable[Summary]) -> Iterable[float]:
    return ((kind.first if kind.answerable else kind.abstained) or 0.0 for kind in kinds)
