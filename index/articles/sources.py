"""All articles under the given paths, each with a unique id."""

import codecs
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from index.articles.files import ArticleFile, files_at, open_file, read_whole, shown, unreadable
from index.articles.html import read_html
from index.articles.markdown import read_markdown
from index.articles.readers import (
    checked,
    decode,
    read_plain,
    read_record,
    too_large,
)
from index.errors import SourceError
from index.models import Article

DEFAULT_MAX_ARTICLE_BYTES = 10_000_000

_TEXT_READERS = {
    ".txt": read_plain,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
}
# A .json file is read into memory whole. Larger collections belong in .jsonl, which streams.
_LARGEST_JSON = 1_000_000_000
# JSON may spell one byte as six (\u0041); the rest is room for the other fields.
_LINE_GROWTH, _LINE_ROOM = 6, 64 * 1024


@dataclass(frozen=True, slots=True)
class _Found:
    """An article and its location, in words for a message."""

    article: Article
    place: str


def read_articles(
    paths: Sequence[Path],
    *,
    max_article_bytes: int = DEFAULT_MAX_ARTICLE_BYTES,
    on_bad: Callable[[SourceError], None] | None = None,
) -> Iterator[Article]:
    """Yield the articles of files and folders, one at a time, in a fixed order.

    The first unusable file or record, or repeated id, raises SourceError. With `on_bad`, each error
    is passed to it instead and reading continues.
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
    for file in files_at(path):
        if isinstance(file, SourceError):
            yield file
            continue
        try:
            yield from _read_file(file, limit)
        except SourceError as error:
            yield error
        except OSError as error:
            yield unreadable(file.path, error)


def _read_file(file: ArticleFile, limit: int) -> Iterator[_Found | SourceError]:
    """Yield the articles of one file, and an error for each of its unusable records."""
    ending, place = file.path.suffix.lower(), shown(file.path)
    if ending == ".jsonl":
        with open_file(file.path) as lines:
            yield from _read_lines(lines, file, limit)
    elif ending == ".json":
        yield from _read_json(file, limit)
    else:
        data = read_whole(file.path, limit)
        article = _TEXT_READERS[ending](data, file.default_id, place)
        yield _Found(checked(article, place, limit), place)


def _read_json(file: ArticleFile, limit: int) -> Iterator[_Found | SourceError]:
    place = shown(file.path)
    data = read_whole(file.path, _LARGEST_JSON, "Save it as .jsonl, one article per line.")
    content = _parsed(decode(data, place).removeprefix("\ufeff"), place)
    if not isinstance(content, list):
        yield _record(content, file.default_id, place, limit)
        return
    if not content:
        yield _no_articles(place)
    for number, record in enumerate(content, 1):
        yield _record(record, f"{file.default_id}#{number}", f"{place}, record {number}", limit)


def _read_lines(lines: BinaryIO, file: ArticleFile, limit: int) -> Iterator[_Found | SourceError]:
    records = 0
    longest = limit * _LINE_GROWTH + _LINE_ROOM
    for number, line in enumerate(_bounded_lines(lines, longest), 1):
        content = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if not content.strip():
            continue
        records += 1
        place = f"{shown(file.path)}, line {number}"
        try:
            if len(line) > longest:
                raise too_large(place, len(line), longest)
            record = _parsed(decode(content, place), place)
        except SourceError as error:
            yield error
        else:
            yield _record(record, f"{file.default_id}#{records}", place, limit)
    if not records:
        yield _no_articles(shown(file.path))


def _bounded_lines(lines: BinaryIO, longest: int) -> Iterator[bytes]:
    """Yield the lines of a file, each cut to at most `longest` + 1 bytes."""
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
        # Python refuses integers of more than 4300 digits, because parsing takes quadratic time.
        raise SourceError(f"{place}: not valid JSON: a number is too long.") from None
    except RecursionError:
        raise SourceError(f"{place}: not valid JSON: it is nested too deeply.") from None
    return parsed


def _no_articles(place: str) -> SourceError:
    return SourceError(f"{place} contains no articles. Add some, or remove it.")
