"""Mails and newsletters: .eml, .mbox and web archives in MHTML.

The standard library parses; which parts are read is decided here. `get_body` returns only the
first text part, and prefers a plain footer over the HTML body.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr

from index.articles.base.charsets import read_text
from index.articles.base.dates import iso_date
from index.articles.base.readers import guess, is_web_url
from index.articles.base.writer import ArticleWriter
from index.articles.messages.mail_text import (
    add_line,
    add_mail_text,
    forwarded_name,
    opens_answer,
    opens_forward,
    reason_to_leave_out,
)
from index.articles.web.markup import add_markup
from index.errors import SourceError
from index.models import Article, BlockKind

MOST_MAILS = 10_000
_DEEPEST = 20  # multiparts and forwards in each other
_MOST_PARTS = 500
_MOST_LINES = 200_000
_LONGEST_HEADER = 2000  # the parsers of headers take quadratic time
_LONGEST_TYPE = 10_000
_LONGEST_ID = 200
_POSTMARK = re.compile(
    rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From \S{1,300} [^\r\n]{0,60}\d\d:\d\d[^\r\n]{0,40}\r?\n"
)
_ESCAPED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_REAL_CONTENT = 0.6  # of the plain part's words; HTML with fewer is an empty frame
_TYPES = ("Content-Type", "Content-Disposition")
_BARE_HEADERS = ("From", "Subject", "Date", "Message-ID", "MIME-Version", "Received")


def read_eml(data: bytes, article_id: str, place: str) -> Article:
    """Read one mail. Raises SourceError if it is no mail or has no text."""
    return _mail(_parsed(data, place), article_id, place)


def read_mbox(data: bytes, article_id: str, place: str) -> Iterator[Article | SourceError]:
    """Yield the mails of an mbox file, and an error for each one that is unusable."""
    starts = [(found.start(), found.end()) for found in _POSTMARK.finditer(data)]
    if not starts:
        yield SourceError(f'{place} is no mbox file: no line "From ..." opens a mail.')
        return
    ends = [start for start, _ in starts[1:]] + [len(data)]
    for number, ((_, start), end) in enumerate(zip(starts, ends, strict=True), 1):
        if number > MOST_MAILS:
            yield SourceError(f"{place} has more than {MOST_MAILS:,} mails. Split it.")
            return
        where = f"{place}, mail {number}"
        try:
            message = _parsed(_ESCAPED_FROM.sub(rb"\1", data[start:end]), where)
            yield _mail(message, _message_id(message) or f"{article_id}#{number}", where)
        except SourceError as error:
            yield error


def read_mhtml(data: bytes, article_id: str, place: str) -> Article:
    """Read the page of a web archive. Raises SourceError if the archive has no page."""
    from index.articles.web.html import read_html

    message = _parsed(data, place)
    page = _page(message)
    if page is None:
        raise SourceError(f"{place}: the web archive has no HTML page. Save the page again.")
    html, note = _text(page, place)
    read = read_html(html.encode(), article_id, place)
    address = _header(page, "Content-Location") or _header(message, "Snapshot-Content-Location")
    return replace(
        read,
        title=read.title or guess(_header(message, "Subject")),
        url=read.url or (address if is_web_url(address) and guess(address) else ""),
        notes=(*read.notes, *([note] if note else [])),
    )


def _page(message: Message) -> Message | None:
    start = str(message.get_param("start") or "")
    pages = [part for part in message.walk() if part.get_content_type().endswith("html")]
    named = [part for part in pages if start and _header(part, "Content-ID") == start]
    return next(iter([*named, *pages]), None)


def _parsed(data: bytes, place: str) -> Message:
    nested = data.lower().count(b"boundary=") + data.lower().count(b"message/rfc822")
    if nested > _MOST_PARTS:  # the parser takes quadratic time for parts in parts
        raise SourceError(f"{place} has over {_MOST_PARTS} parts with parts. Save them one by one.")
    try:
        message = message_from_bytes(data.lstrip(b"\r\n"))
    except (RecursionError, MessageError, ValueError, LookupError):
        raise SourceError(f"{place} is too damaged to be read as a mail. Save it again.") from None
    if not any(name in message for name in _BARE_HEADERS):
        raise SourceError(f"{place} is no mail: it has none of a mail's headers. Save it again.")
    if any(
        len(str(part.get(name, ""))) > _LONGEST_TYPE for part in message.walk() for name in _TYPES
    ):
        raise SourceError(f"{place} has a header that no mail program writes. Save it again.")
    return message


def _mail(message: Message, article_id: str, place: str) -> Article:
    writer = ArticleWriter()
    _add_part(writer, message, place, 0)
    if not writer.article("").text:
        raise SourceError(f"{place} has no text to read. Save its text, or remove it.")
    date = _header(message, "Date")
    published = iso_date(date)
    if date and not published:
        writer.note(f"The date “{date[:60]}” could not be read.")
    return writer.article(
        article_id,
        title=guess(_header(message, "Subject")),
        source=guess(_sender(message)),
        published=published,
    )


def _message_id(message: Message) -> str:
    given = _header(message, "Message-ID").strip("<> ")
    return given if len(given) <= _LONGEST_ID and given.isprintable() else ""


# --- headers -------------------------------------------------------------------------------


def _header(message: Message, name: str) -> str:
    """Return a header on one line, with its encoded words decoded."""
    return _decoded(str(message.get(name, ""))[:_LONGEST_HEADER])


def _decoded(raw: str) -> str:
    try:
        pieces = decode_header(raw)
    except (HeaderParseError, ValueError, LookupError):
        return " ".join(raw.split())
    return " ".join("".join(_piece(text, name) for text, name in pieces).split())


def _piece(text: str | bytes, name: str | None) -> str:
    if isinstance(text, str):
        # The parser keeps bytes that are not ASCII as surrogates.
        text = text.encode("utf-8", "surrogateescape")
    try:
        return read_text(text, "header", "" if name in (None, "unknown-8bit") else str(name))[0]
    except SourceError:
        return text.decode("ascii", "ignore")


def _sender(message: Message) -> str:
    """Return the sender's name; the address if there is no name."""
    raw = str(message.get("From", "")) or str(message.get("Sender", ""))
    raw = " ".join(raw[:_LONGEST_HEADER].split())
    try:
        name, address = parseaddr(raw)
    except RecursionError:  # comments in comments
        return ""
    if not address and "<" in raw:
        name, _, address = raw.partition("<")
    return _decoded(name).strip(" \"'") or address.strip("<> ") or _decoded(raw)


# --- parts ---------------------------------------------------------------------------------


def _add_part(writer: ArticleWriter, part: Message, place: str, depth: int) -> None:
    if depth > _DEEPEST:
        raise SourceError(
            f"{place} has over {_DEEPEST} mails or parts in each other. Save it apart."
        )
    kind = part.get_content_type()
    if part.is_multipart() and kind != "message/rfc822":
        _add_parts(writer, part, place, depth)
    elif kind == "message/rfc822":
        _add_forward(writer, part, place, depth)
    elif part.get_content_disposition() == "attachment" or not kind.startswith("text/"):
        writer.leave_out("attachment", _decoded(part.get_filename() or "") or kind)
    elif kind == "text/html":
        _add_html(writer, part, place)
    elif kind == "text/plain":
        _add_plain(writer, part, place)
    else:
        writer.leave_out("attachment", kind)


def _add_parts(writer: ArticleWriter, part: Message, place: str, depth: int) -> None:
    parts = _inner(part)
    match part.get_content_type():
        case "multipart/alternative":
            _add_best(writer, parts, place, depth)
        case "multipart/related":
            _add_part(writer, _root(part, parts), place, depth + 1) if parts else None
        case "multipart/encrypted":
            raise SourceError(f"{place} is encrypted. Save its text.")
        case _:
            for inner in parts:
                _add_part(writer, inner, place, depth + 1)


def _inner(part: Message) -> list[Message]:
    return [inner for inner in part.get_payload() or () if isinstance(inner, Message)]


def _root(part: Message, parts: list[Message]) -> Message:
    start = str(part.get_param("start") or "")
    named = (inner for inner in parts if start and _header(inner, "Content-ID") == start)
    return next(named, parts[0])


def _add_best(writer: ArticleWriter, parts: list[Message], place: str, depth: int) -> None:
    """Append the last alternative that has the content. Some senders leave HTML almost empty,
    others the plain part."""
    best, most = None, 0
    for inner in parts:
        scratch = ArticleWriter()
        _add_part(scratch, inner, place, depth + 1)
        read = scratch.article("")
        words = len(read.text.split())
        if best is None or (words and words >= _REAL_CONTENT * most):
            best, most = read, max(words, most)
    if best is not None:
        writer.include(best)


def _add_forward(writer: ArticleWriter, part: Message, place: str, depth: int) -> None:
    """Append a forwarded mail as quotes that open with its writer, never as the sender's words."""
    for inner in _inner(part):
        scratch = ArticleWriter()
        _add_part(scratch, inner, place, depth + 1)
        read = scratch.article("")
        name = guess(_sender(inner)) or "An unnamed sender"
        title, date = guess(_header(inner, "Subject")), iso_date(_header(inner, "Date"))
        opening = f"Forwarded mail from {name}" + (f", {date}" if date else "")
        writer.add(BlockKind.QUOTE, f"{opening}: {title}" if title else opening)
        writer.include(replace(read, text="", blocks=()))
        for block in read.blocks:
            text = read.text[block.start : block.end]
            quoted = block.kind is BlockKind.QUOTE
            writer.add(BlockKind.QUOTE, text if quoted else f"{name} wrote: {text}")


def _text(part: Message, place: str) -> tuple[str, str]:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    declared = part.get_content_charset("") or ""
    if not declared and part.get_content_type() == "text/html":
        found = re.search(rb"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", data[:1024], re.IGNORECASE)
        declared = found[1].decode() if found else ""
    text, note = read_text(data, place, declared)
    return text.removeprefix("\ufeff"), note


def _add_plain(writer: ArticleWriter, part: Message, place: str) -> None:
    text, note = _text(part, place)
    if text.count("\n") > _MOST_LINES:
        raise SourceError(f"{place} has over {_MOST_LINES:,} lines of text. Split it.")
    flowed = str(part.get_param("format") or "").lower() == "flowed"
    delsp = str(part.get_param("delsp") or "").lower() == "yes"
    add_mail_text(writer, text, flowed=flowed, delsp=delsp)
    if note:
        writer.note(note)


def _add_html(writer: ArticleWriter, part: Message, place: str) -> None:
    """Append the blocks of an HTML body. A newsletter is laid out in tables, which `read_html`
    would take for data."""
    html, note = _text(part, place)
    scratch = ArticleWriter()
    add_markup(scratch, html, place)
    read = scratch.article("")
    writer.include(replace(read, text="", blocks=()))
    if note:
        writer.note(note)
    _add_bodies(writer, [(block.kind, read.text[block.start : block.end]) for block in read.blocks])


def _add_bodies(writer: ArticleWriter, blocks: list[tuple[BlockKind, str]]) -> None:
    """Append the sender's blocks, and the mail that is answered or forwarded below as quotes."""
    for number, (kind, text) in enumerate(blocks):
        following = [kind for kind, _ in blocks[number + 1 : number + 2]]
        if opens_forward(text):
            _add_answered(writer, [text for _, text in blocks[number:]])
            return
        if opens_answer(text) and BlockKind.QUOTE not in following:
            for _, answered in blocks[number:]:
                add_line(writer, BlockKind.QUOTE, answered)
            return
        add_line(writer, BlockKind.QUOTE if opens_answer(text) else kind, text)


def _add_answered(writer: ArticleWriter, texts: list[str]) -> None:
    """Append an answered or forwarded mail below its headers as quotes."""
    name = forwarded_name(texts[0].split("\n"))
    writer.leave_out("headers of a forwarded mail", texts[0])
    for text in texts[1:]:
        if reason := reason_to_leave_out(text):
            writer.leave_out(reason, text)
        else:
            writer.add(BlockKind.QUOTE, f"{name} wrote: {text}" if name else text)
