"""Result of an evaluation: its file, its comparison with the previous one, its cells."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.domain.errors import BatchError
from bot.evaluation.summary import Summary
from bot.evaluation.tables import Cell, shown


class Row(BaseModel):
    """Measures of one method on one part of one set, with the 95% interval of each.

    `before` has the values of the previous result."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    set: str
    method: str
    part: str
    n: int
    answerable: int
    measures: dict[str, float]
    low: dict[str, float] = {}
    high: dict[str, float] = {}
    before: dict[str, float] = {}

    @property
    def key(self) -> tuple[str, str, str]:
        return self.set, self.method, self.part


class Answers(BaseModel):
    """Answers to one of our own question sets: what `dealbot eval` prints."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    set: str
    part: str
    rows: tuple[Summary, ...]
    before: Summary | None = None  # the row over all questions

    @property
    def key(self) -> tuple[str, str]:
        return self.set, self.part


class Curves(BaseModel):
    """Data of the plots of one set.

    `recall` is by method, at ranks 1, 2, ... `coverage` and `risk` belong together, and so do the
    three lists of the reliability diagram."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    set: str
    recall: dict[str, tuple[float, ...]] = {}
    coverage: tuple[float, ...] = ()
    risk: tuple[float, ...] = ()
    bin_confidence: tuple[float, ...] = ()
    bin_right: tuple[float, ...] = ()
    bin_counts: tuple[int, ...] = ()


class Origin(BaseModel):
    """Inputs of the measurement, enough to repeat it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    commit: str
    changed: bool  # the working tree differed from the commit
    created: str
    seed: int
    encoder: str
    versions: dict[str, str]
    generations: dict[str, str]
    files: dict[str, str]


class Results(BaseModel):
    """Result of one run of `make eval`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = 1
    origin: Origin
    before_commit: str = ""
    left_out: tuple[str, ...] = ()
    rows: tuple[Row, ...]
    answers: tuple[Answers, ...] = ()
    curves: tuple[Curves, ...] = ()

    def compared_with(self, before: "Results | None") -> "Results":
        """Return a copy whose rows carry their values in the other result."""
        if before is None:
            return self
        rows = {row.key: row.measures for row in before.rows}
        answers = {each.key: each.rows[-1] for each in before.answers}
        return self.model_copy(
            update={
                "before_commit": before.origin.commit,
                "rows": tuple(
                    row.model_copy(update={"before": rows.get(row.key, {})}) for row in self.rows
                ),
                "answers": tuple(
                    each.model_copy(update={"before": answers.get(each.key)})
                    for each in self.answers
                ),
            }
        )


def written(results: Results) -> str:
    """Format the results as JSON with one row per line, so that a diff shows the changed
    figures."""
    fields = []
    for name, value in results.model_dump(mode="json").items():
        lines = json.dumps(value)
        if value and isinstance(value, list):
            lines = "[\n  " + ",\n  ".join(map(json.dumps, value)) + "\n ]"
        fields.append(f' "{name}": {lines}')
    return "{\n" + ",\n".join(fields) + "\n}\n"


def read_results(text: str, place: str | Path) -> Results:
    """Parse results. Raises BatchError if the text is not a result of this version."""
    try:
        return Results.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BatchError(
            f"{place} is not a result of an evaluation ({where}: {first['msg']})"
        ) from (error)


def row_cells(row: Row, names: Sequence[str]) -> list[Cell]:
    """Return set, part, method, n, and each measure with its change since the previous result."""
    return [row.set, row.part, row.method, row.n, *(_with_change(row, name) for name in names)]


def measured(rows: Iterable[Row], names: Sequence[str]) -> list[str]:
    """Return those of the measures that any row has."""
    found = {name for row in rows for name in row.measures}
    return [name for name in names if name in found]


def _with_change(row: Row, name: str) -> Cell:
    value, before = row.measures.get(name), row.before.get(name)
    if value is None or before is None or round(value - before, 3) == 0:
        return value
    change = value - before
    return f"{shown(value)} ({'+' if change > 0 else '-'}{shown(abs(change))})"
