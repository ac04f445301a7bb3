"""Reader of batch files: one JSON object per line; a bad line does not affect the others."""

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from bot.domain.errors import BatchError

_Request = TypeVar("_Request", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Line(Generic[_Request]):
    """Line of a batch file: its request, or the error that names the file and the line. `place`
    names them, too."""

    id: str
    place: str
    request: _Request | BatchError


def read_batch(path: Path, kind: type[_Request]) -> Iterator[Line[_Request]]:
    """Yield the lines of the file, without blank ones. Raises BatchError if it cannot be read."""
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
                if line.strip():
                    place = f"{path}, line {number}"
                    yield Line(_id_in(line), place, _parse(place, line, kind))
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
    """Return the id of the request, even if its other fields are invalid; empty if it has none."""
    try:
        found = json.loads(line)["id"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return ""
    # JSON can contain half a surrogate pair, which UTF-8 cannot encode.
    return "" if found is None else str(found).encode("utf-8", "replace").decode()
