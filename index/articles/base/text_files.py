"""Plain text files, and the text of files that name no charset."""

import codecs
import unicodedata

from index.articles.base.readers import decode
from index.errors import SourceError
from index.models import Article

AS_WINDOWS = "The file is not UTF-8 and was read as Windows-1252."
AS_UTF16 = "The file was read as UTF-16."
_LONGEST_FIRST_LINE_TITLE = 120
# Share of the letters. French has 0.05; Cyrillic and Greek charsets give nearly 1.
_MOST_ACCENTS = 1 / 3
_SAMPLE = 100_000
_WIDE_NULS = 0.7  # share of the pairs of bytes with a NUL; the rest are typographic marks
_ASCII = bytes(range(128))
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_plain(data: bytes, article_id: str, place: str) -> Article:
    """Read a text file exactly as given. Its first line becomes the title if it looks like a
    headline."""
    text, note = decode_file(data, place)
    notes = (note,) if note else ()
    return Article(id=article_id, text=text, title=_first_line_title(text), notes=notes)


def decode_file(data: bytes, place: str) -> tuple[str, str]:
    """Decode a file that names no charset, and keep every character of it. Also return a note if
    the charset was assumed: UTF-16 or Windows-1252. Raises SourceError if none is plausible."""
    try:
        return decode(data, place), ""
    except SourceError as error:
        unreadable = error
    wide = utf16_of(data[:_SAMPLE])
    try:
        text = decode(data.decode(wide or "cp1252").encode(), place)
    except (UnicodeError, SourceError):
        raise unreadable from None
    if wide and _is_text(text[:_SAMPLE]):
        return text, AS_UTF16
    if wide or not _is_latin(text[:_SAMPLE]) or _is_broken_utf8(data):
        raise unreadable
    return text, AS_WINDOWS


def utf16_of(sample: bytes) -> str:
    """Return the codec of a file in UTF-16 by how it begins; "" for another charset. Without a byte
    order mark, the NULs of Latin text tell: one in every pair of bytes."""
    if sample.startswith(_UTF16_MARKS):
        return "utf-16"
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if 2 * max(even, odd) < _WIDE_NULS * len(sample) or not sample:
        return ""
    if min(even, odd) > max(even, odd) / 10:
        return ""  # NULs in both halves: binary
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_text(text: str) -> bool:
    """Return whether a text has no characters that only binary files have."""
    return not any(
        unicodedata.category(char) in ("Cc", "Cn", "Co") and char not in "\t\n\r\f\v"
        for char in text
    )


def _is_latin(text: str) -> bool:
    """Return whether a text read as Windows-1252 has the accents of a language, not of another
    charset."""
    letters = [char for char in text if char.isalpha()]
    accents = sum(not char.isascii() for char in letters)
    return _is_text(text) and accents <= _MOST_ACCENTS * len(letters)


def _is_broken_utf8(data: bytes) -> bool:
    """Return whether most bytes over 127 are valid UTF-8: then a few of them are damaged."""
    wide = sum(not char.isascii() for char in data.decode("utf-8", "ignore"))
    high = len(data.translate(None, _ASCII))
    return 2 * wide > high - wide


def _first_line_title(text: str) -> str:
    """Return the first line if it looks like a headline: short, no full stop, a blank line after;
    else ""."""
    lines = text.split("\n", 2)
    title = lines[0].strip("\ufeff \t\r")
    headline = (
        len(lines) == 3
        and not lines[1].strip()
        and lines[2].strip()
        and len(title) <= _LONGEST_FIRST_LINE_TITLE
        and not title.rstrip("\"'”’»)]").endswith((".", "!", "?", "…", "。", "！", "？"))
    )
    return title if headline else ""
