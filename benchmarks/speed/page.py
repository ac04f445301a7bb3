"""Record as tables, for the terminal and for the page."""

from collections.abc import Iterator
from typing import Any

from benchmarks.machine import ROOT
from benchmarks.speed.figures import Row
from bot.evaluation.tables import Cell, markdown_table

PAGE = ROOT / "docs/performance.md"
Record = dict[str, Any]

# Heading and columns of each part's table; a column is a field, or a figure with its quartiles.
_TABLES = {
    "latency": (
        "One question, warm: milliseconds",
        ("corpus", "system", "p50_ms", "n", "inputs", "tokens"),
    ),
    "throughput": ("Answers a second", ("system", "askers", "per_second", "n")),
    "start": ("Process start to first answer: seconds", ("system", "seconds", "n")),
    "footprint": (
        "Memory and disk: MB",
        ("system", "resident_mb", "after_crowd_mb", "installed_mb", "packages"),
    ),
    "building": (
        "Building: sentences a second",
        ("corpus", "system", "sentences_per_second", "n", "peak_mb"),
    ),
    "rebuilding": (
        "Building again after one article changed",
        ("articles", "sentences", "full_s", "changed_s", "n"),
    ),
}
_WITH_QUARTILES = {"p50_ms", "per_second", "seconds", "sentences_per_second", "changed_s"}


def text_of(record: Record) -> str:
    return "\n\n".join(_blocks(record))


def _blocks(record: Record) -> Iterator[str]:
    yield from _origins(record["origins"])
    if record["goals"]:
        yield "### Goals"
        yield markdown_table(
            ("measure", "value", "goal", "met"),
            [[g["measure"], f"{g['value']:g}", g["goal"], _yes(g["met"])] for g in record["goals"]],
        )
    for name, (heading, columns) in _TABLES.items():
        if name in record:
            yield f"### {heading}"
            rows = [[_cell(row, column) for column in columns] for row in record[name]]
            yield markdown_table([_spoken(column) for column in columns], rows)
    if "scale" in record:
        yield "### dealbot by the number of sentences"
        yield _scale(record["scale"])
        yield "### Where the time of a question goes: milliseconds"
        yield _steps(record["scale"])


def _origins(origins: dict[str, Row]) -> Iterator[str]:
    """Yield a line for each group of parts measured together on the same code, and one for what was
    left out."""
    groups: dict[str, list[str]] = {}
    for part, made in origins.items():
        machine = made["machine"]
        commit = made["commit"][:12] + (" with changes" if made["changed"] else "")
        text = (
            f"{made['created'][:10]} at {commit}, with {made['encoder']}, {machine['cpu']}, "
            f"{machine['cores']} cores, {machine['memory_gb']} GB, Python {machine['python']}, "
            f"load before {machine['load_before']:.1f}"
        )
        groups.setdefault(text, []).append(part)
    for text, parts in groups.items():
        yield f"Measured on {text}: {', '.join(parts)}."
    left_out = [each for made in origins.values() for each in made["left_out"]]
    if left_out:
        yield f"Left out: {'; '.join(left_out)}."


def _cell(row: Row, column: str) -> Cell:
    value = row.get(column)
    if column in _WITH_QUARTILES:
        return f"{value:g} ({row['q1']:g}–{row['q3']:g})"
    return f"{value:,.0f}" if isinstance(value, float) else value


def _spoken(column: str) -> str:
    return column.replace("_mb", " MB").replace("_ms", " ms").replace("_s", " s").replace("_", " ")


def _scale(rows: list[Row]) -> str:
    headers = (
        "sentences", "retrieval p50 ms", "answers p50 ms", "dense", "recall@10",
        "known sentence in ten", "resident MB", "index MB", "open s", "build s", "build peak MB",
    )  # fmt: skip
    cells: list[list[Cell]] = []
    for row in rows:
        retrieval, answers = row.get("retrieval"), row.get("answers")
        cells.append([
            f"{row['sentences']:,}",
            retrieval and _cell(retrieval, "p50_ms"),
            answers and _cell(answers, "p50_ms"),
            row["dense_type"],
            float(row["recall_at_10"]),
            retrieval and retrieval["found"]["in_ten"],
            retrieval and round(retrieval["memory"]["resident_mb"]),
            round(row["index_mb"]),
            retrieval and f"{retrieval['open_s']:.2f}",
            round(row["build_s"]),
            round(row["build_peak_mb"]),
        ])  # fmt: skip
    return markdown_table(headers, cells)


def _steps(rows: list[Row]) -> str:
    """Format the steps in the order of the path; the step that takes most is bold."""
    parts = [(row["sentences"], part, row[part]) for row in rows
             for part in ("retrieval", "answers") if part in row]  # fmt: skip
    names = list(parts[0][2]["steps_ms"]) if parts else []
    cells: list[list[Cell]] = []
    for sentences, part, found in parts:
        steps = found["steps_ms"]
        most = max(steps, key=steps.__getitem__)
        shown = [f"**{steps[n]:.2f}**" if n == most else f"{steps[n]:.2f}" for n in names]
        cells.append([f"{sentences:,}", part, *shown])
    return markdown_table(("sentences", "path", *names), cells)


def _yes(met: bool) -> str:
    return "yes" if met else "**no**"
