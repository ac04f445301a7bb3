"""Main text of saved web pages."""

import codecs
import re
import warnings
from itertools import pairwise

from index.articles.readers import decode, guess, is_web_url
from index.errors import SourceError
from index.models import Article

_HTML_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_HTML_FRAME = re.compile(r"<(?:!doctype|html|head|body)\b", re.IGNORECASE)
# Python codecs that no page uses. Some take quadratic time, some produce surrogates.
_NOT_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})


def read_html(data: bytes, article_id: str, place: str) -> Article:
    """Read the main text of a saved web page, with a blank line between blocks. Uses no network.
    Raises SourceError if the page cannot be decoded or has no text."""
    # Imported here because it takes 150 ms, as much as all other imports together.
    from lxml.etree import LxmlError  # type: ignore[import-untyped]  # ships no types
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    html = _framed(_decode_html(data, place))
    try:
        # dateutil warns about unknown time zones in the page's date; users cannot act on it.
        with warnings.catch_warnings(action="ignore"):
            page = bare_extraction(
                html,
                with_metadata=True,
                include_comments=False,
                # A date in the running text is not the date of publication.
                date_extraction_params={"original_date": True, "extensive_search": False},
            )
    except (LxmlError, RecursionError) as error:
        raise SourceError(f"{place} cannot be read as HTML: {error}") from None
    if not isinstance(page, Document) or not page.text:
        raise SourceError(f"{place}: no article text found in the page. Save its text as .txt.")
    url = guess(page.url)
    return Article(
        id=article_id,
        text=_spaced(page.text),
        title=guess(page.title),
        source=guess(page.sitename),
        url=url if is_web_url(url) else "",
        published=guess(page.date),
    )


def _framed(html: str) -> str:
    """Wrap a fragment into a page: trafilatura does not accept a lone `<p>...</p>` as HTML."""
    return html if _HTML_FRAME.search(html) else f"<html><body>{html}</body></html>"


def _spaced(text: str) -> str:
    """Separate blocks by a blank line, as every other reader does; trafilatura uses one newline."""
    lines = [line.rstrip() for line in text.strip().split("\n") if line.strip()]
    spaced = lines[:1]
    for before, line in pairwise(lines):
        together = any(before.startswith(mark) and line.startswith(mark) for mark in ("- ", "|"))
        spaced.append(("\n" if together else "\n\n") + line)
    return "".join(spaced)


def _decode_html(data: bytes, place: str) -> str:
    try:
        return decode(data, place).removeprefix("\ufeff")
    except SourceError:
        charset = _declared_charset(data)
        if charset is None:
            raise
    try:
        return data.decode(charset)
    except (UnicodeError, LookupError):  # LookupError: codecs such as base64, which give no text
        raise SourceError(
            f"{place} is neither UTF-8 nor the {charset} it declares. Convert it to UTF-8."
        ) from None


def _declared_charset(data: bytes) -> str | None:
    """Return the charset that the page declares in its first 1024 bytes, where browsers look. None
    if there is none that Python can use."""
    declared = _HTML_CHARSET.search(data[:1024])
    if declared is None:
        return None
    try:
        name = codecs.lookup(declared[1].decode("ascii", "replace")).name
    except LookupError:
        return None
    # Browsers read Latin-1 as Windows-1252, which has quotes at 0x80-0x9f.
    name = {"iso8859-1": "cp1252", "ascii": "cp1252"}.get(name, name)
    return None if name in _NOT_CHARSETS or name.startswith("utf-8") else name
