"""JSON files that are replaced in one step: a reader sees the old content or the new."""

import json
import re
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from bot.sources.source import SourcesError
from index.files.plain_files import read_plain
from index.files.publication import fsync, make_folder, replace_text

_LARGEST = 200_000_000
_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character, which no UTF-8 has

_Content = TypeVar("_Content", bound=BaseModel)


def read_json(path: Path, kind: type[_Content]) -> _Content:
    """Read the file as a model of this kind; a default one if there is no file. Raises
    SourcesError if the file is damaged or unreadable."""
    try:
        return kind.model_validate_json(read_plain(path, _LARGEST))
    except FileNotFoundError:
        return kind()
    except OSError as error:
        raise SourcesError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise SourcesError(
            f"{path} is damaged ({place}: {first['msg']}). Restore a backup of it, or remove it"
        ) from error


def write_json(path: Path, content: BaseModel) -> None:
    """Replace the file. Halves of characters, which a hostile feed may give, become U+FFFD. Raises
    SourcesError if the disk refuses; the old file is then intact."""
    fields = content.model_dump(mode="json", exclude_defaults=True)
    text = _SURROGATE.sub("\ufffd", json.dumps(fields, ensure_ascii=False, separators=(",", ":")))
    try:
        make_folder(path.parent)
        replace_text(path, text)
        fsync(path.parent)
    except OSError as error:
        raise SourcesError(
            f"{path} cannot be written: {error.strerror}. Free some space or check its permissions"
        ) from error
