"""Text files: a `.txt` holds one text, a `.toml` holds many short ones, one per key."""

import tomllib
from pathlib import Path

from prompts.template import PromptError, Template

SUFFIXES = (".txt", ".toml")
_MOST_BYTES = 100_000
_MOST_CHARS = 300  # per short text: it is shown on one line, in a title or in a footer
_LABELS, _LABEL_CHARS = "buttons", 80  # Discord rejects a message with a longer label


def templates_in(path: Path) -> dict[str, Template]:
    """Read the texts of one file by name: `abstained` from abstained.txt, `refusals.busy` from the
    key `busy` in refusals.toml. Raises PromptError if the file or one of its texts is unusable."""
    text = _text_of(path)
    if path.suffix == ".txt":
        if not text.strip():
            raise PromptError(f"{path} is empty: write a text into it, or remove it")
        return {path.stem: Template(path.stem, text.rstrip("\n"), path)}
    names = {f"{path.stem}.{key}": value for key, value in _table(path, text).items()}
    return {name: _short(name, value, path) for name, value in names.items()}


def _text_of(path: Path) -> str:
    if not path.is_file():  # opening a pipe would block
        raise PromptError(f"{path} is not a file")
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        text = data.decode()
    except OSError as error:
        raise PromptError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PromptError(f"{path} is not text in UTF-8") from error
    if len(data) > _MOST_BYTES:
        raise PromptError(f"{path} is larger than {_MOST_BYTES:,} bytes: a text must be shorter")
    return text


def _table(path: Path, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise PromptError(f"{path} is not TOML: {error}") from error


def _short(name: str, value: object, path: Path) -> Template:
    stem, _, key = name.partition(".")
    most = _LABEL_CHARS if stem == _LABELS else _MOST_CHARS
    if not isinstance(value, str):
        raise PromptError(f"{key} in {path} is not text: put it in quotes")
    if not value.strip():
        raise PromptError(f"{key} in {path} is empty: write a text, or remove the line")
    if len(value.splitlines()) > 1 or len(value) > most:
        raise PromptError(f"{key} in {path} is longer than one line of {most} characters")
    return Template(name, value, path)
