"""Readers of plain text and JSON records, and the checks for articles of every format."""

import re
import unicodedata
from dataclasses import replace

from index.errors import SourceError
from index.models import Article

RAISE_THE_LIMIT = "Split it, or raise the limit with --max-article-mb or DEALBOT_MAX_ARTICLE_MB."
_LONGEST_ID = 200
_LONGESTMETADATA = 500
_LONGEST_FIRST_LINE_TITLE = 120
METADATA = ("title", "source", "url", "published")
_LINE_BREAKING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Unicode classifies these as letters, numbers, punctuation or symbols, but they are invisible.
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def decode(data: bytes, place: str) -> str:
    """Decode strict UTF-8 and keep every character: newlines and a byte order mark are unchanged.
    Raises SourceError for invalid UTF-8 or a NUL character."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{place} is not UTF-8 text (byte 0x{data[error.start]:02x} at offset {error.start}). "
            "Convert it to UTF-8."
        ) from None
    if "\0" in text:
        raise SourceError(
            f"{place} looks binary (a NUL character at {text.index(chr(0))}). "
            "Give the article as text, or remove the file."
        )
    return text


def checked(article: Article, place: str, max_article_bytes: int) -> Article:
    """Return the article with cleaned metadata. Raises SourceError if its id, text or metadata is
    unusable or its text exceeds `max_article_bytes`."""
    _check_id(article.id, place)
    size = _utf8_length(article.text, "text", place)
    if size > max_article_bytes:
        raise too_large(place, size, max_article_bytes)
    if not _has_something_to_read(article.text):
        raise SourceError(f"{place} contains no text. Add some, or remove it.")
    metadata = {name: _clean(getattr(article, name), name, place) for name in METADATA}
    if metadata["url"] and not is_web_url(metadata["url"]):
        raise SourceError(f"{place}: url must start with http:// or https://, or be left out.")
    return replace(article, **metadata)


def too_large(place: str, size: int, limit: int, advice: str = RAISE_THE_LIMIT) -> SourceError:
    """Build the refusal of an article, line or file whose size in bytes is over the limit."""
    return SourceError(f"{place} is {size:,} bytes, over the limit of {limit:,}. {advice}")


def _check_id(article_id: str, place: str) -> None:
    if not article_id.strip():
        raise SourceError(f"{place}: the article's id is empty. Name the file, or give an id.")
    if len(article_id) > _LONGEST_ID:
        raise SourceError(
            f"{place}: the article's id is {len(article_id)} characters long, over the limit of "
            f"{_LONGEST_ID}. Shorten it."
        )
    # Cs: the surrogates that stand for file name bytes that are not UTF-8. Zl and Zp break lines.
    if any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in article_id):
        raise SourceError(
            f"{place}: the article's id has characters that cannot be printed. "
            "Rename the file, or give another id."
        )


def _utf8_length(value: str, name: str, place: str) -> int:
    try:
        return len(value.encode())
    except UnicodeEncodeError as error:
        raise SourceError(
            f"{place}: {name} has half a surrogate pair (U+{ord(value[error.start]):04X} at "
            f"{error.start}), which is not a character. Export the article again as UTF-8."
        ) from None


def _has_something_to_read(text: str) -> bool:
    # Lazy: for real articles, the first letter ends the search.
    return any(unicodedata.category(char)[0] in "LNPS" and char not in _BLANKS for char in text)


def _clean(value: str, name: str, place: str) -> str:
    _utf8_length(value, name, place)
    value = _LINE_BREAKING.sub(" ", value).strip()
    if len(value) > _LONGESTMETADATA:
        raise SourceError(
            f"{place}: {name} is {len(value)} characters long, over the limit of "
            f"{_LONGESTMETADATA}. Shorten it."
        )
    return value


def guess(value: str | None) -> str:
    """Clean metadata that was inferred, not given. Returns "" where given metadata would be refused
    as too long."""
    value = _LINE_BREAKING.sub(" ", value or "").strip()
    return value if len(value) <= _LONGESTMETADATA else ""


def is_web_url(url: str) -> bool:
    """Check for an http or https link; only these may be shown."""
    return url.lower().startswith(("http://", "https://"))


# --- records -------------------------------------------------------------------------------


def read_record(record: object, default_id: str, place: str) -> Article:
    """Read one JSON record; its text is kept character for character. Raises SourceError if a field
    is missing or has the wrong type."""
    if not isinstance(record, dict):
        raise SourceError(f'{place}: an article must be an object such as {{"text": "..."}}.')
    # Exports write null for missing values.
    record = {name: value for name, value in record.items() if value is not None}
    if "text" not in record:
        raise SourceError(f'{place}: "text" is missing.')
    article_id = record.get("id", default_id)
    # bool is an int in Python, but `"id": true` is not meant as a number.
    if isinstance(article_id, int) and not isinstance(article_id, bool):
        article_id = str(article_id)
    fields = {name: record[name] for name in ("text", *METADATA) if name in record}
    for name, value in {"id": article_id, **fields}.items():
        if not isinstance(value, str):
            raise SourceError(f'{place}: "{name}" must be a string.')
    return Article(id=article_id, **fields)


# --- plain text ----------------------------------------------------------------------------


def read_plain(data: bytes, article_id: str, place: str) -> Article:
    """Read a text file exactly as given. Its first line becomes the title if it looks like a
    headline."""
    text = decode(data, place)
    return Article(id=article_id, text=text, title=_first_line_title(text))


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
