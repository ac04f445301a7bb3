"""Finding the articles under the given paths: which files, under which ids, in which order."""

import codecs
import json
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from index.errors import SourceError
from index.html import read_html
from index.markdown import read_markdown
from index.models import Article
from index.readers import (
    RAISE_THE_LIMIT,
    checked,
    decode,
    read_plain,
    read_record,
    too_large,
)

DEFAULT_MAX_ARTICLE_BYTES = 10_000_000

_TEXT_READERS = {
    ".txt": read_plain,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
}
_ENDINGS = (*_TEXT_READERS, ".json", ".jsonl")
# A .json file must be held in memory whole; larger collections belong in .jsonl, which streams.
_LARGEST_JSON = 1_000_000_000
# JSON may spell one byte as six (\u0041); the rest is room for the other fields.
_LINE_GROWTH, _LINE_ROOM = 6, 64 * 1024


@dataclass(frozen=True, slots=True)
class _File:
    """An article file and the id its article has when it names none."""

    path: Path
    default_id: str


@dataclass(frozen=True, slots=True)
class _Found:
    """An article and where it was read, in words for a message."""

    article: Article
    place: str


def read_articles(
    paths: Sequence[Path],
    *,
    max_article_bytes: int = DEFAULT_MAX_ARTICLE_BYTES,
    on_bad: Callable[[SourceError], None] | None = None,
) -> Iterator[Article]:
    """The articles of files and folders, one at a time, in an order that is always the same.

    The first file or record that cannot be used raises SourceError; given `on_bad`, each is
    handed to it instead and reading goes on.
    """
    places: dict[str, str] = {}
    for path in paths:
        for found in _read_path(path, max_article_bytes):
            if isinstance(found, _Found):
                first = places.get(found.article.id)
                if first is None:
                    places[found.article.id] = found.place
                    yield found.article
                    continue
                found = _collision(found, first)
            if on_bad is None:
                raise found
            on_bad(found)


def _collision(found: _Found, first: str) -> SourceError:
    return SourceError(
        f"Two articles have the id '{found.article.id}': {first} and {found.place}. "
        "Rename or remove one, or give it another id."
    )


def _read_path(path: Path, limit: int) -> Iterator[_Found | SourceError]:
    for file in _files_at(path):
        if isinstance(file, SourceError):
            yield file
            continue
        try:
            yield from _read_file(file, limit)
        except SourceError as error:
            yield error
        except OSError as error:
            yield _unreadable(file.path, error)


# --- which files ---------------------------------------------------------------------------


def _files_at(path: Path) -> Iterator[_File | SourceError]:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        yield SourceError(f"There is no file or folder {_shown(path)}. Check the path.")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        yield _unreadable(path, error)
    else:
        if stat.S_ISDIR(mode):
            yield from _files_in(path)
        elif path.suffix.lower() in _ENDINGS:
            yield _File(path, path.stem)
        else:
            yield SourceError(
                f"{_shown(path)} does not end like an article: {', '.join(_ENDINGS)}."
            )


def _files_in(top: Path) -> Iterator[_File | SourceError]:
    empty = True
    for found in _walk(top):
        empty = False
        if isinstance(found, SourceError):
            yield found
        else:
            yield _File(found, found.relative_to(top).with_suffix("").as_posix())
    if empty:
        yield SourceError(f"No articles in {_shown(top)}: no file ends in {', '.join(_ENDINGS)}.")


def _walk(top: Path) -> Iterator[Path | SourceError]:
    """Every article file under a folder, each real folder once, hidden ones never."""
    real_top = top.resolve()
    pending, seen = [top], set[Path]()
    while pending:
        folder = pending.pop()
        try:
            entries = [] if folder.resolve() in seen else _visible_entries(folder)
        except OSError as error:
            yield _unreadable(folder, error)
            continue
        seen.add(folder.resolve())
        for entry in entries:
            path = folder / entry.name
            if entry.is_symlink():
                yield from _through_link(path, real_top, pending)
            elif not entry.is_dir() and path.suffix.lower() in _ENDINGS:
                yield path
        folders = [folder / entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        pending.extend(reversed(folders))


def _visible_entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        visible = [entry for entry in entries if not entry.name.startswith(".")]
    return sorted(visible, key=lambda entry: entry.name)


def _through_link(link: Path, real_top: Path, pending: list[Path]) -> Iterator[Path | SourceError]:
    """What a link in a folder leads to, if that lies in the named folder too."""
    article = link.suffix.lower() in _ENDINGS
    try:
        target = link.resolve(strict=True)
        folder = target.is_dir()
    # RuntimeError is how Python before 3.13 tells a link that leads to itself.
    except (OSError, RuntimeError):
        if article:
            yield SourceError(f"{_shown(link)} is a link that leads nowhere. Remove or mend it.")
        return
    if not (folder or article):
        return
    if not target.is_relative_to(real_top):
        yield SourceError(
            f"{_shown(link)} is a link out of its folder, to {_shown(target)}. "
            "Name that path itself if it should be read."
        )
    elif folder:
        # Last in turn: a folder that is also there in its own right keeps its own ids.
        pending.insert(0, link)
    else:
        yield link


# --- what is in them -----------------------------------------------------------------------


def _read_file(file: _File, limit: int) -> Iterator[_Found | SourceError]:
    """The articles of one file, and the records of it that cannot be used."""
    ending, place = file.path.suffix.lower(), _shown(file.path)
    if ending == ".jsonl":
        with _opened(file.path) as lines:
            yield from _read_lines(lines, file, limit)
    elif ending == ".json":
        yield from _read_json(file, limit)
    else:
        data = _read_whole(file.path, limit)
        article = _TEXT_READERS[ending](data, file.default_id, place)
        yield _Found(checked(article, place, limit), place)


def _read_json(file: _File, limit: int) -> Iterator[_Found | SourceError]:
    place = _shown(file.path)
    data = _read_whole(file.path, _LARGEST_JSON, "Save it as .jsonl, one article a line.")
    content = _parsed(decode(data, place).removeprefix("\ufeff"), place)
    if not isinstance(content, list):
        yield _record(content, file.default_id, place, limit)
        return
    if not content:
        yield _no_articles(place)
    for number, record in enumerate(content, 1):
        yield _record(record, f"{file.default_id}#{number}", f"{place}, record {number}", limit)


def _read_lines(lines: BinaryIO, file: _File, limit: int) -> Iterator[_Found | SourceError]:
    records = 0
    longest = limit * _LINE_GROWTH + _LINE_ROOM
    for number, line in enumerate(_bounded_lines(lines, longest), 1):
        content = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if not content.strip():
            continue
        records += 1
        place = f"{_shown(file.path)}, line {number}"
        try:
            if len(line) > longest:
                raise too_large(place, len(line), longest)
            record = _parsed(decode(content, place), place)
        except SourceError as error:
            yield error
        else:
            yield _record(record, f"{file.default_id}#{records}", place, limit)
    if not records:
        yield _no_articles(_shown(file.path))


def _bounded_lines(lines: BinaryIO, longest: int) -> Iterator[bytes]:
    """The lines of a file, each cut where it grows longer than `longest`."""
    while line := lines.readline(longest + 1):
        yield line
        while line and not line.endswith(b"\n"):
            line = lines.readline(longest + 1)


def _record(record: object, default_id: str, place: str, limit: int) -> _Found | SourceError:
    try:
        return _Found(checked(read_record(record, default_id, place), place, limit), place)
    except SourceError as error:
        return error


def _parsed(text: str, place: str) -> object:
    try:
        parsed: object = json.loads(text)
    except json.JSONDecodeError as error:
        line = f"line {error.lineno}, " if error.lineno > 1 else ""
        where = f"{line}column {error.colno}"
        raise SourceError(f"{place}: not valid JSON: {error.msg} ({where}).") from None
    except ValueError:
        # Python refuses integers of more than 4300 digits, which take quadratic time.
        raise SourceError(f"{place}: not valid JSON: a number is too long.") from None
    except RecursionError:
        raise SourceError(f"{place}: not valid JSON: it is nested too deeply.") from None
    return parsed


# --- the disk ------------------------------------------------------------------------------


def _read_whole(path: Path, limit: int, advice: str = RAISE_THE_LIMIT) -> bytes:
    with _opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > limit:
            raise too_large(_shown(path), size, limit, advice)
        return file.read(size)


def _opened(path: Path) -> BinaryIO:
    file = open(path, "rb", opener=_without_waiting)  # noqa: SIM115 - the caller closes it
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    file.close()
    raise SourceError(f"{_shown(path)} is not a regular file. Remove it or name another.")


def _without_waiting(path: str, flags: int) -> int:
    # Opening a named pipe would otherwise wait for someone to write to it. Windows has neither.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


# --- in words ------------------------------------------------------------------------------


def _unreadable(path: Path, error: OSError | ValueError) -> SourceError:
    reason = getattr(error, "strerror", None) or error
    return SourceError(f"Cannot read {_shown(path)}: {reason}. Check the path and its permissions.")


def _no_articles(place: str) -> SourceError:
    return SourceError(f"{place} holds no articles. Add some, or remove it.")


def _shown(path: Path) -> str:
    """The path fit for a terminal: file names may hold escape sequences and broken UTF-8."""
    return "".join(char if char.isprintable() else "\ufffd" for char in str(path))
