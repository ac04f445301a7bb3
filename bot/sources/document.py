"""Content of an address: a feed, a sitemap or a single page, with the articles that it gives."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from bot.sources.identity import item_key, page_digest
from bot.sources.source import Kind, SourcesError
from index.articles.base.charsets import charset as usable_charset
from index.articles.base.xml_tree import name_of, parse_xml
from index.articles.feeds.feeds import (
    FEED_ROOTS,
    TEASER,
    EmptyItemError,
    FeedItem,
    feed_items,
    is_json_feed,
    json_items,
    tree_items,
)
from index.articles.feeds.sitemaps import is_sitemap, read_sitemap_tree
from index.articles.formats import FORMATS
from index.errors import SourceError
from index.models import Article

MOST_ITEMS = 500
_SNIFFED = 4000
_LIST_ROOT = re.compile(rb"<(?:\w{1,20}:)?(rss|RDF|feed|urlset|sitemapindex)[\s>]")
_ITEM = re.compile(rb"<(?:\w{1,20}:)?(?:item|entry|url)[\s>]")
_ITEM_NAMES = ("item", "entry")
_DECLARED = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?\s*[\w.:-]+""", re.IGNORECASE)
_PAGE_ENDINGS = {
    "": ".html",
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
}
_XML_TYPES = ("text/xml", "application/xml")


@dataclass(frozen=True, slots=True)
class Body:
    """Bytes from an address, with the media type and charset that the server declared."""

    data: bytes
    media_type: str = ""
    charset: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """An article as a document gives it. With `whole`, its text is that of the article; otherwise
    it is a teaser or empty, and the page at its address has the text."""

    article: Article
    whole: bool


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a document: its key, its address, a digest of all that the document says of it,
    and a function that reads its text and may raise SourceError."""

    key: str
    url: str
    digest: str
    read: Callable[[], Given]


@dataclass(slots=True)
class Document:
    """Content of an address: the items of a list, at most MOST_ITEMS, or the article of a page. A
    list may be empty.
    `unread` counts further items. `problems` has a line for each item that cannot be used."""

    kind: Kind
    items: list[Item] = field(default_factory=list)
    page: Article | None = None
    unread: int = 0
    problems: list[str] = field(default_factory=list)


def read_document(body: Body, place: str) -> Document:
    """Read a document of any kind. Takes up to some seconds for a large one. Raises SourceError or
    SourcesError if it is neither a feed nor a sitemap nor a page with a text."""
    data = _recoded(body)
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise SourcesError(f"{place} is empty")
    if start.startswith(b"{"):
        return _read_json(data, place)
    if found := _LIST_ROOT.search(start[:_SNIFFED]):
        return _read_list(data, found[1].decode(), place)
    if start.startswith(b"<?xml") or body.media_type in _XML_TYPES:
        return _read_xml_page(data, place)
    return _read_page(data, body.media_type, place)


def read_page(body: Body, place: str) -> Article:
    """Read the article of a page. Raises SourceError or SourcesError if the document is none."""
    document = read_document(body, place)
    if document.page is None:
        raise SourcesError(f"{place} is a feed or a sitemap, not a page")
    return document.page


def _recoded(body: Body) -> bytes:
    """Return the data in UTF-8 if only the server names its charset. What the document declares
    comes first, and servers name wrong charsets for UTF-8."""
    name = usable_charset(body.charset) if body.charset else ""
    if not name or name == "utf-8" or _DECLARED.search(body.data[:_SNIFFED]):
        return body.data
    try:
        body.data.decode("utf-8")
    except UnicodeDecodeError:
        return _as_utf8(body.data, name)
    return body.data


def _as_utf8(data: bytes, name: str) -> bytes:
    try:
        return data.decode(name).encode()
    except (UnicodeError, LookupError):  # LookupError: codecs such as base64, which give no text
        return data


def _read_json(data: bytes, place: str) -> Document:
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        content = None
    if not is_json_feed(content):
        raise SourcesError(f"{place} is JSON, but no JSON Feed. Give the address of a feed or page")
    items = content.get("items")
    document = Document(Kind.JSON_FEED)
    if items == []:
        return document
    count = len(items) if isinstance(items, list) else 0
    return _collected(document, json_items(data, "", place), count)


def _read_list(data: bytes, root_name: str, place: str) -> Document:
    count = len(_ITEM.findall(data))
    kind = Kind.ATOM if root_name == "feed" else Kind.RSS
    try:
        root = parse_xml(data, place)
    except SourceError:
        if root_name not in FEED_ROOTS:
            raise
        return _collected(Document(kind), feed_items(data, "", place), count)
    if is_sitemap(root):
        return _with_pages(root, place, count)
    if name_of(root) in FEED_ROOTS:
        if not any(name_of(element) in _ITEM_NAMES for element in root.iter()):
            return Document(kind)
        return _collected(Document(kind), tree_items(root, "", place), count)
    return _read_page(data, "", place)


def _with_pages(root: Any, place: str, count: int) -> Document:
    """Return the newest pages of a sitemap. General sitemaps are in no order."""
    pages = list(read_sitemap_tree(root, place))
    pages.sort(key=lambda page: page.published or "".join(page.notes), reverse=True)
    document = Document(Kind.SITEMAP, unread=max(0, count - MOST_ITEMS))
    for page in pages[:MOST_ITEMS]:
        key, digest = item_key(page.url, "", ""), page_digest(page)
        item = Item(key, page.url, digest, partial(Given, page, whole=False))
        document.items.append(item)
    return document


def _collected(document: Document, found: Iterator[FeedItem | SourceError], count: int) -> Document:
    for each in islice(found, MOST_ITEMS):
        if isinstance(each, SourceError):
            document.problems.append(each.user_message)
        else:
            key = item_key(each.url, each.id, each.digest)
            document.items.append(Item(key, each.url, each.digest, partial(_given, each)))
    document.unread = max(0, count - MOST_ITEMS)
    return document


def _given(item: FeedItem) -> Given:
    try:
        article = item.read()
    except EmptyItemError as empty:
        if not item.url:
            raise
        return Given(empty.article, whole=False)
    return Given(article, whole=TEASER not in article.notes)


def _read_xml_page(data: bytes, place: str) -> Document:
    """Read NITF, NewsML-G2 or XHTML."""
    found = next(FORMATS[".xml"].read(data, "", place))
    if isinstance(found, SourceError):
        raise found
    return Document(Kind.PAGE, page=found)


def _read_page(data: bytes, media_type: str, place: str) -> Document:
    ending = ".pdf" if data.startswith(b"%PDF-") else _PAGE_ENDINGS.get(media_type)
    if ending is None:
        raise SourcesError(
            f"{place} is no feed, no sitemap and no page that can be read ({media_type})"
        )
    found = next(FORMATS[ending].read(data, "", place))
    if isinstance(found, SourceError):
        raise found
    return Document(Kind.PAGE, page=found)
