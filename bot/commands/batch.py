"""Reading batch files: one JSON object a line, each line's trouble its own."""

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import click
from pydantic import BaseModel, ValidationError

from bot.domain.errors import BatchError
from index.errors import ExpectedError

_Request = TypeVar("_Request", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Line(Generic[_Request]):
    """A line of the file: what it asks for, or the error that names file and line."""

    id: str
    request: _Request | BatchError


def read_batch(path: Path, kind: type[_Request]) -> Iterator[Line[_Request]]:
    """The file's lines, blank ones left out. Raises BatchError if it cannot be read at all."""
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
                if line.strip():
                    yield Line(_id_in(line), _parse(f"{path}, line {number}", line, kind))
    except OSError as error:
        raise BatchError(f"{path} cannot be read: {error.strerror}") from error


def _parse(place: str, line: bytes, kind: type[_Request]) -> _Request | BatchError:
    try:
        return kind.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        return BatchError(f"{place}: {field + ': ' if field else ''}{first['msg']}")


def _id_in(line: bytes) -> str:
    """The request's id, also where the rest of it cannot be used; "" where there is none."""
    try:
        found = json.loads(line)["id"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return ""
    # The replacing is for half a surrogate pair, which JSON can carry and UTF-8 cannot.
    return "" if found is None else str(found).encode("utf-8", "replace").decode()


class BatchPrinter:
    """Prints one JSON line an input line. A line that failed gets one too, so that the order
    holds; its error goes to standard error as well and makes the exit code 1."""

    def __init__(self) -> None:
        self._failed = 0

    def result(self, result: BaseModel) -> None:
        click.echo(result.model_dump_json())

    def failure(self, result: BaseModel, error: ExpectedError) -> None:
        """`result` stands for the line, empty but for its error."""
        self._failed += 1
        click.echo(f"dealbot: {error.user_message}", err=True)
        self.result(result)

    def finish(self) -> None:
        """Raises BatchError if any line failed."""
        if self._failed:
            raise BatchError(f"Lines that could not be answered: {self._failed}")
