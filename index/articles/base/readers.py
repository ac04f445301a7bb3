"""Decoding of UTF-8, and the checks for articles of every format."""

import re
import unicodedata
from dataclasses import dataclass, replace

from index.errors import SourceError
from index.models import Article

RAISE_THE_LIMIT = "Split it, or raise the limit with --max-article-mb or DEALBOT_MAX_ARTICLE_MB."
_LONGEST_ID = 200
_LONGEST_METADATA = 500
METADATA = ("title", "source", "url", "published")
_TEXTS = ("title", "source")  # half of an address or a date would be a wrong one
_LINE_BREAKING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Unicode classifies these as letters, numbers, punctuation or symbols, but they are invisible.
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or record that holds no article, and need not: its place and the reason, in words."""

    place: str
    reason: str


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
    """Return the article with cleaned metadata. Metadata that is too long is cut, an address is
    dropped, and a note says so. Raises SourceError if its id, text or metadata is unusable or its
    text exceeds `max_article_bytes`. Only a record that withdraws another may have no text."""
    _check_id(article.id, place)
    size = _utf8_length(article.text, "text", place)
    if size > max_article_bytes:
        raise too_large(place, size, max_article_bytes)
    only_withdraws = bool(article.replaced) and not article.text
    if not only_withdraws and not _has_something_to_read(article.text):
        raise SourceError(f"{place} contains no text. Add some, or remove it.")
    metadata = {name: _clean(getattr(article, name), name, place) for name in METADATA}
    if metadata["url"] and not is_web_url(metadata["url"]):
        raise SourceError(f"{place}: url must start with http:// or https://, or be left out.")
    notes = list(article.notes)
    for name in [name for name, value in metadata.items() if len(value) > _LONGEST_METADATA]:
        notes.append(_cut_note(name, metadata[name]))
        metadata[name] = _cut(metadata[name]) if name in _TEXTS else ""
    if all(getattr(article, name) == value for name, value in metadata.items()):
        return article
    return replace(
        article,
        title=metadata["title"],
        source=metadata["source"],
        url=metadata["url"],
        published=metadata["published"],
        notes=tuple(notes),
    )


def _cut(value: str) -> str:
    """Cut a text after a word, and mark the cut."""
    words = value[: _LONGEST_METADATA - 1]
    return f"{words.rpartition(' ')[0].rstrip() or words}…"


def _cut_note(name: str, value: str) -> str:
    done = "cut" if name in _TEXTS else "left out"
    return f"The {name} is {len(value):,} characters long and was {done}."


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
    if article_id.isprintable():
        return
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
    if value.isprintable():  # no surrogate, and nothing that breaks a line
        return value.strip()
    _utf8_length(value, name, place)
    return _LINE_BREAKING.sub(" ", value).strip()


def guess(value: str | None) -> str:
    """Clean metadata that was inferred, not given. Returns "" if it is too long."""
    value = _LINE_BREAKING.sub(" ", value or "").strip()
    return value if len(value) <= _LONGEST_METADATA else ""


def is_web_url(url: str) -> bool:
    """Check for an http or https link; only these may be shown."""
    return url.lower().startswith(("http://", "https://"))
