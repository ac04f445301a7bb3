"""Articles in parsed JSON: records of several shapes, answers of news services, chat exports."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from index.articles.base.dates import iso_date
from index.articles.base.readers import METADATA, Skipped, is_web_url
from index.articles.base.record_history import given_blocks, seen_time, withdrawal_time
from index.articles.base.writer import ArticleWriter
from index.articles.chats import SlackFolder, is_discord, is_slack, read_discord, read_slack
from index.articles.web.markup import add_fragment, is_markup, plain_text
from index.errors import SourceError
from index.models import Article

# In the order of how much of the article they carry.
_TEXT = ("text", "content", "body", "articleBody", "description", "summary")
_SUMMARIES = frozenset({"description", "summary"})
_NAMES = {
    "title": ("title", "headline", "name", "subject"),
    "source": ("source", "publisher"),
    "url": ("url", "link", "canonical"),
    "published": (
        *("published", "publishedAt", "published_at", "pubDate", "date", "datePublished"),
        *("created_at", "ts"),
    ),
}
_IDS = ("id", "guid", "_id", "uuid", "url", "link", "canonical")
_LISTS = ("articles", "items", "results", "records", "data", "documents", "docs", "stories")
_INNER = ("rendered", "text", "value", "name", "title", "#text", "@value", "$oid")
_LONGEST_ID = 200
_HTML = re.compile(
    r"</(?:p|div|a|h[1-6]|ul|ol|li|table|tr|td|span|strong|em|b|i|blockquote|article|section"
    r"|figure|body|html)\s*>|<(?:br|p)\s*/?>",
    re.IGNORECASE,
)
# NewsAPI gives the first 200 characters of an article.
_CUT = re.compile(r"\[\+(\d{1,9}) chars\]$")
_LONGEST_CUT = len("[+123456789 chars]")
_ENDS = re.compile(r"""(?:[.!?]["'”’)\]]*|…)$""")
_REMOVED = "[Removed]"
# Seconds of 1990 and of 2100. Milliseconds are a thousand times as many.
_FIRST_SECOND, _LAST_SECOND = 631_152_000, 4_102_444_800


def read_content(
    content: object, default_id: str, place: str, slack: SlackFolder
) -> Iterator[Article | SourceError | Skipped]:
    """Yield the articles of a parsed JSON file, and an error for each unusable record."""
    if is_discord(content):
        yield from read_discord(content, default_id, place)
    elif is_slack(content):
        yield from read_slack(content, default_id, place, slack)
    elif slack.lists(content):
        yield Skipped(place, "a list of a Slack export")
    elif (records := _records(content)) is not None:
        yield from _read_all(records, default_id, place)
    else:
        yield from _read_all_of_one(content, default_id, place)


def _records(content: object) -> list[Any] | None:
    """Return the records of a list, or of an answer that wraps a list; None for one record."""
    if isinstance(content, list):
        return content
    if not isinstance(content, dict) or any(_text(content.get(name)) for name in _TEXT[:3]):
        return None
    lists = (content[name] for name in _LISTS if isinstance(content.get(name), list))
    return next((each for each in lists if all(isinstance(one, dict) for one in each)), None)


def _read_all(
    records: list[Any], default_id: str, place: str
) -> Iterator[Article | SourceError | Skipped]:
    if not records:
        yield SourceError(f"{place} contains no articles. Add some, or remove it.")
    for number, record in enumerate(records, 1):
        yield from _read_all_of_one(record, f"{default_id}#{number}", f"{place}, record {number}")


def _read_all_of_one(
    record: object, default_id: str, place: str
) -> Iterator[Article | SourceError | Skipped]:
    if isinstance(record, dict) and record.get("title") == _REMOVED:
        yield Skipped(place, "removed by the news service")
        return
    try:
        yield read_record(record, default_id, place)
    except SourceError as error:
        yield error


def read_record(record: object, default_id: str, place: str) -> Article:
    """Read one JSON record. The text of its "text" is kept character for character. Raises
    SourceError if it has no text, or a field of the wrong type."""
    if not isinstance(record, dict):
        raise SourceError(f'{place}: an article must be an object such as {{"text": "..."}}.')
    # Exports write null for missing values.
    record = {name: value for name, value in record.items() if value is not None}
    withdrawn = record.get("withdrawn") is True
    name, text = ("text", "") if _only_withdraws(record) else _find_text(record, place)
    writer = ArticleWriter()
    metadata = {field: _metadata(record, field, writer, place) for field in METADATA}
    seen = seen_time(_string(record.get("seen")) or "", writer)
    replaced = withdrawal_time(seen, metadata["published"], place) if withdrawn else ""
    article_id = _id(record, default_id, name == "text", place)
    feed = _string(record.get("feed")) or ""
    if name == "text":
        read, blocks = writer.article(article_id, **metadata), record.get("blocks")
        blocks = given_blocks(blocks, text, place)
        return replace(read, text=text, blocks=blocks, seen=seen, replaced=replaced, feed=feed)
    read = _read_text(writer, article_id, metadata, name, text, place)
    return replace(read, seen=seen, replaced=replaced, feed=feed)


def _only_withdraws(record: Mapping[str, Any]) -> bool:
    """Return whether a record withdraws an article without repeating its text."""
    named = isinstance(record.get("id"), str | int)
    return record.get("withdrawn") is True and named and not any(n in record for n in _TEXT)


def _read_text(
    writer: ArticleWriter,
    article_id: str,
    metadata: dict[str, str],
    name: str,
    text: str,
    place: str,
) -> Article:
    text = _without_cut(text, writer)
    if name in _SUMMARIES:
        writer.note("The record carries only a summary of the article.")
    if not _HTML.search(text):
        return replace(writer.article(article_id, **metadata), text=text)
    add_fragment(writer, text, place)
    return writer.article(article_id, **metadata)


# --- text ----------------------------------------------------------------------------------


def _find_text(record: Mapping[str, Any], place: str) -> tuple[str, str]:
    """Return the first text, and the name of its field."""
    for name in _TEXT:
        text = _text(record.get(name))
        if text.strip():
            return name, text
    given = [record[name] for name in _TEXT if name in record]
    if not given:
        names = ", ".join(f'"{name}"' for name in _TEXT[1:])
        raise SourceError(f'{place}: "text" is missing. It may also be named {names}.')
    if not any(isinstance(value, str | list | dict) for value in given):
        raise SourceError(f'{place}: "text" must be a string.')
    return "text", _text(record.get("text"))


def _text(value: object) -> str:
    """Return the text of a string, of an object with one, or of a list of these."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        inner = (value.get(name) for name in ("text", "rendered", "content", "value"))
        return next((text for text in inner if isinstance(text, str)), "")
    if isinstance(value, list):
        pieces = (_text(each) for each in value if not isinstance(each, list))
        return "\n\n".join(piece for piece in pieces if piece.strip())
    return ""


def _without_cut(text: str, writer: ArticleWriter) -> str:
    """Remove the mark of a cut text. An ellipsis stays in its place, because the last sentence may
    lack its end."""
    whole = text.rstrip()
    cut = _CUT.search(whole[-_LONGEST_CUT:])
    if cut is None:
        return text
    writer.note(
        f"The news service carries only the beginning of the article: {int(cut[1]):,} "
        "characters more are missing."
    )
    text = whole[: -len(cut[0])].rstrip()
    return text if _ENDS.search(text[-10:]) else f"{text}…"


# --- metadata ------------------------------------------------------------------------------


def _id(record: Mapping[str, Any], default_id: str, own_shape: bool, place: str) -> str:
    """Return the id of a record. A record of another program's shape may have it under another
    name; its address is one, too."""
    if "id" in record:
        given = record["id"]
        # bool is an int in Python, but `"id": true` is not meant as a number.
        if isinstance(given, int) and not isinstance(given, bool):
            return str(given)
        if not isinstance(given, str):
            raise SourceError(f'{place}: "id" must be a string.')
        return given
    if own_shape:
        return default_id
    found = (_string(record.get(name)) or "" for name in _IDS)
    usable = (id for id in found if id.strip() and len(id) <= _LONGEST_ID and id.isprintable())
    return next(usable, default_id)


def _metadata(record: Mapping[str, Any], field: str, writer: ArticleWriter, place: str) -> str:
    for name in _NAMES[field]:
        if name not in record:
            continue
        value = record[name]
        if field == "published" and (moment := _moment(value)):
            return moment
        text = _string(value)
        if text is None and name == field:
            raise SourceError(f'{place}: "{name}" must be a string.')
        if name == field and isinstance(value, str):
            found = text  # our own name: kept as given
        else:
            found = _converted(text or "", field, writer, place)
        if found:
            return found
    return ""


def _converted(text: str, field: str, writer: ArticleWriter, place: str) -> str:
    """Convert a value that another program wrote."""
    match field:
        case "url":
            return text if is_web_url(text) else ""
        case "published":
            return _date(text, writer) if text.strip() else ""
    return plain_text(text, place) if is_markup(text) else text


def _date(text: str, writer: ArticleWriter) -> str:
    date = iso_date(text)
    if not date:
        writer.note(f"The date “{text[:60]}” could not be read.")
    return date


def _moment(value: object) -> str:
    """Return a time in seconds or milliseconds since 1970 as ISO 8601; "" if it is none."""
    if isinstance(value, str) and re.fullmatch(r"\d{10}(?:\d{3})?(?:\.\d{1,9})?", value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if not _FIRST_SECOND <= value <= 1000 * _LAST_SECOND:
        return ""
    seconds = value / 1000 if value > _LAST_SECOND else value
    if seconds < _FIRST_SECOND:
        return ""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


def _string(value: object) -> str | None:
    """Return a string, or that in an object such as {"name": "..."}. None for other values."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        inner = (value.get(name) for name in _INNER)
        return next((text for text in inner if isinstance(text, str) and text.strip()), "")
    return None
