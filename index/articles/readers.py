"""Reading plain text and JSON records, and what every article must fulfil whatever its format."""

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
# Letters, numbers, punctuation and symbols to Unicode, and yet nothing to see.
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def decode(data: bytes, place: str) -> str:
    """Strictly UTF-8, every character kept: no newline translation, a byte order mark stays."""
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
    """The article with clean metadata; SourceError if it has no usable id, text or metadata."""
    _check_id(article.id, place)
    size = _utf8_length(article.text, "text", place)
    if size > max_article_bytes:
        raise too_large(place, size, max_article_bytes)
    if not _has_something_to_read(article.text):
        raise SourceError(f"{place} holds no text. Add some, or remove it.")
    metadata = {name: _clean(getattr(article, name), name, place) for name in METADATA}
    if metadata["url"] and not is_web_url(metadata["url"]):
        raise SourceError(f"{place}: url must start with http:// or https://, or be left out.")
    return replace(article, **metadata)


def too_large(place: str, size: int, limit: int, advice: str = RAISE_THE_LIMIT) -> SourceError:
    """The refusal of an article, line or file whose size in bytes is over the limit."""
    return SourceError(f"{place} is {size:,} bytes, over the limit of {limit:,}. {advice}")


def _check_id(article_id: str, place: str) -> None:
    if not article_id.strip():
        raise SourceError(f"{place}: the article's id is empty. Name the file, or give an id.")
    if len(article_id) > _LONGEST_ID:
        raise SourceError(
            f"{place}: the article's id is {len(article_id)} characters long, over the limit of "
            f"{_LONGEST_ID}. Shorten it."
        )
    # Cs is what the bytes of a file name that is not UTF-8 become; Zl and Zp break lines.
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
            f"{error.start}), which is no character. Export the article again as UTF-8."
        ) from None


def _has_something_to_read(text: str) -> bool:
    # Lazy: the first letter settles it for every real article.
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
    """Metadata that nobody gave as such, cleaned: one that would be refused is left out instead."""
    value = _LINE_BREAKING.sub(" ", value or "").strip()
    return value if len(value) <= _LONGESTMETADATA else ""


def is_web_url(url: str) -> bool:
    """Whether it is a link that may be shown."""
    return url.lower().startswith(("http://", "https://"))


# --- records -------------------------------------------------------------------------------


def read_record(record: object, default_id: str, place: str) -> Article:
    """One JSON record; its text is kept character for character."""
    if not isinstance(record, dict):
        raise SourceError(f'{place}: an article must be an object such as {{"text": "..."}}.')
    # Exports write null for what they do not have.
    record = {name: value for name, value in record.items() if value is not None}
    if "text" not in record:
        raise SourceError(f'{place}: "text" is missing.')
    article_id = record.get("id", default_id)
    # bool is an int to Python, not to the person who wrote `"id": true`.
    if isinstance(article_id, int) and not isinstance(article_id, bool):
        article_id = str(article_id)
    fields = {name: record[name] for name in ("text", *METADATA) if name in record}
    for name, value in {"id": article_id, **fields}.items():
        if not isinstance(value, str):
            raise SourceError(f'{place}: "{name}" must be a string.')
    return Article(id=article_id, **fields)


# --- plain text ----------------------------------------------------------------------------


def read_plain(data: bytes, article_id: str, place: str) -> Article:
    """A text file, kept exactly as given."""
    text = decode(data, place)
    return Article(id=article_id, text=text, title=_first_line_title(text))


def _first_line_title(text: str) -> str:
    """The first line where it looks like a headline: short, no full stop, a blank line after."""
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
