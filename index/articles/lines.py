"""Articles in files of JSON lines."""

import codecs
import io
import json
from collections.abc import Iterator
from typing import BinaryIO

from index.articles.base.readers import too_large
from index.articles.base.text_files import AS_UTF16, decode_file, utf16_of
from index.articles.files import ArticleFile, shown
from index.articles.reading_memory import Finding, Found, ReadingMemory, digest
from index.articles.records import read_record
from index.errors import SourceError

# JSON may spell one byte as six (\u0041); the rest is room for the other fields.
_LINE_GROWTH, _LINE_ROOM = 6, 64 * 1024


def read_lines(
    lines: BinaryIO, file: ArticleFile, limit: int, memory: ReadingMemory
) -> Iterator[Finding]:
    """Yield the article of each line, or an error, from the memory if the line is known. Articles
    of more than `limit` bytes are errors."""
    records, name = 0, shown(file.path)
    longest = limit * _LINE_GROWTH + _LINE_ROOM
    lines, file_note = _as_utf8(lines)
    for number, line in enumerate(_bounded_lines(lines, longest), 1):
        content = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if not content.strip():
            continue
        records += 1
        place = f"{name}, line {number}"
        default_id = f"{file.default_id}#{records}"
        key = default_id, place, file_note, limit, digest(line)
        known = memory.recall(key)
        if known is None:
            try:
                if len(line) > longest:
                    raise too_large(place, len(line), longest)
                known = (_read_line(content, default_id, place, file_note).checked(limit),)
            except SourceError as error:
                known = (error,)
            memory.keep(key, known)
        yield from known
    if not records:
        yield SourceError(f"{name} contains no articles. Add some, or remove it.")


def _read_line(line: bytes, default_id: str, place: str, file_note: str) -> Found:
    text, note = decode_file(line, place)
    return Found.of(
        read_record(parsed_json(text, place), default_id, place), place, file_note or note
    )


def _as_utf8(lines: BinaryIO) -> tuple[BinaryIO, str]:
    """Return a file of lines in UTF-8, and a note if they were in UTF-16."""
    charset = utf16_of(lines.read(2000))
    lines.seek(0)
    if not charset:
        return lines, ""
    recoded = codecs.EncodedFile(lines, "utf-8", charset, errors="replace")
    return io.BufferedReader(_Raw(recoded)), AS_UTF16


class _Raw(io.RawIOBase):
    """Bytes of a recoded file, for a buffered reader."""

    def __init__(self, file: codecs.StreamRecoder) -> None:
        self._file, self._rest = file, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        data = self._rest or self._file.read(len(buffer) // 2)
        size = min(len(data), len(buffer))
        buffer[:size], self._rest = data[:size], data[size:]
        return size


def _bounded_lines(lines: BinaryIO, longest: int) -> Iterator[bytes]:
    """Yield the lines of a file, each cut to at most `longest` + 1 bytes."""
    while line := lines.readline(longest + 1):
        yield line
        while line and not line.endswith(b"\n"):
            line = lines.readline(longest + 1)


def parsed_json(text: str, place: str) -> object:
    """Parse JSON. Raises SourceError, which says where it is not valid."""
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
