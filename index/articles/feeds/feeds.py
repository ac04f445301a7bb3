"""News feeds: RSS 2.0 and 1.0, Atom and JSON Feed. Each item is one article.

Feeds are read with lxml, not with a feed library. feedparser 6.0.14 reads BST, CET, IST and JST as
UTC, takes a media:description for the summary and an Atom id for the link, and reads no JSON Feed.
fastfeedparser 0.6.5 loses XHTML and fills `published` with `updated`.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from index.articles.base.charsets import read_text
from index.articles.base.dates import iso_date
from index.articles.base.plain_paragraphs import is_list_item, paragraphs
from index.articles.base.readers import guess, is_web_url
from index.articles.base.writer import ArticleWriter
from index.articles.base.xml_tree import (
    base_of,
    child,
    children,
    join,
    name_of,
    namespace_of,
    parse_xml,
    text_of,
)
from index.articles.web.markup import LONGEST_FRAGMENT, add_fragment, is_markup, plain_text
from index.errors import SourceError
from index.models import Article, BlockKind

MOST_ITEMS = 10_000
FEED_ROOTS = frozenset({"rss", "RDF", "feed"})
_LONGEST_ID = 200
_ATOM = ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#")
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DC = ("http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/")
_XHTML = "http://www.w3.org/1999/xhtml"
# Elements of RSS itself stand in no namespace, in Userland's or in one of RDF's.
_RSS = (
    "",
    "http://backend.userland.com/rss2",
    "http://purl.org/rss/1.0/",
    "http://my.netscape.com/rdf/simple/0.9/",
    "http://channel.netscape.com/rdf/simple/0.9/",
)
TEASER = "This is only a teaser: the feed does not carry the whole article."
_TEASER_WORDS = 100
_CUT = re.compile(
    r"(?:…|\.\.\.|\[\s*(?:…|\.\.\.|&hellip;)\s*\]|\[\+\d+ chars\]"
    r"|(?:read|continue|learn)\s+(?:more|reading|on)\b.{0,60}|read the (?:full|whole) .{0,40})"
    r"[\s>»→)\]]*$",
    re.IGNORECASE,
)
_FEED_LINE = re.compile(
    r"the post .{1,300} (?:appeared first on|first appeared on) .{1,100}"
    r"|(?:read|continue|learn) (?:more|reading)\b.{0,80}|read the (?:full|whole) \w+\W*"
    r"|\[?(?:link|comments?)\]?(?: \[comments?\])?|submitted by .{1,80}",
    re.IGNORECASE,
)


class EmptyItemError(SourceError):
    """An item without a text. `article` has its id, title, address and date."""

    def __init__(self, message: str, article: Article) -> None:
        super().__init__(message)
        self.article = article


@dataclass(frozen=True, slots=True)
class FeedItem:
    """An item that is not read yet: its id and address as given, and a digest of its title, dates
    and texts. Some feeds give an item a new id, or new parameters of its address, each time."""

    id: str
    url: str
    digest: str
    read: Callable[[], Article]  # raises SourceError, and EmptyItemError if it has no text


@dataclass(slots=True)
class _Body:
    """Text of an item as the feed gives it."""

    text: str
    html: bool
    whole: bool  # from an element for the whole text, not for a summary


@dataclass(slots=True)
class _Item:
    """Fields of an item, still to be cleaned."""

    id: str = ""
    title: str = ""
    source: str = ""
    url: str = ""
    published: str = ""
    updated: str = ""
    bodies: list[_Body] = field(default_factory=list)


def read_feed(data: bytes, article_id: str, place: str) -> Iterator[Article | SourceError]:
    """Yield the items of a feed in XML or JSON, and an error for each item that is unusable."""
    return _read_all(feed_items(data, article_id, place))


def read_feed_tree(root: Any, article_id: str, place: str) -> Iterator[Article | SourceError]:
    """Yield the items of a parsed feed: RSS, RDF or Atom."""
    return _read_all(tree_items(root, article_id, place))


def feed_items(data: bytes, article_id: str, place: str) -> Iterator[FeedItem | SourceError]:
    """Yield the items of a feed in XML or JSON without reading their texts."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        yield from json_items(data, article_id, place)
        return
    try:
        root = parse_xml(data, place)
    except SourceError as error:
        yield from _broken_items(data, article_id, place, error)
        return
    yield from tree_items(root, article_id, place)


def tree_items(root: Any, article_id: str, place: str) -> Iterator[FeedItem | SourceError]:
    """Yield the items of a parsed feed without reading their texts."""
    if name_of(root) not in FEED_ROOTS:
        yield SourceError(f"{place} is no feed: its root element is <{name_of(root)}>.")
        return
    head = root if name_of(root) == "feed" else child(root, "channel")
    feed = _feed_head(head, place)
    elements = [e for e in root.iter() if name_of(e) in ("item", "entry") and _is_item(e)]
    readers = (lambda where, e=e: _xml_item(e, feed, where) for e in elements)
    yield from _listed(readers, article_id, place)


def _is_item(element: Any) -> bool:
    parent = element.getparent()
    return parent is not None and name_of(parent) in ("channel", "RDF", "feed", "rss")


def _listed(readers: Iterator[Any], article_id: str, place: str) -> Iterator[Any]:
    count = 0
    for count, read in enumerate(readers, 1):
        where = f"{place}, item {count}"
        if count > MOST_ITEMS:
            yield SourceError(f"{place} has more than {MOST_ITEMS:,} items. Split it.")
            return
        try:
            yield _feed_item(read(where), f"{article_id}#{count}", where)
        except SourceError as error:
            yield error
    if not count:
        yield SourceError(f"{place} is a feed without items. Save it again, or remove it.")


def _feed_item(item: _Item, default_id: str, where: str) -> FeedItem:
    fields = (item.title, item.published, item.updated, *(body.text for body in item.bodies))
    content = "\0".join(fields)
    digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    url = _web_url(item.url)
    return FeedItem(item.id.strip(), url, digest, lambda: _article(item, default_id, where))


def _read_all(items: Iterator[FeedItem | SourceError]) -> Iterator[Article | SourceError]:
    for item in items:
        try:
            yield item if isinstance(item, SourceError) else item.read()
        except SourceError as error:
            yield error


# --- broken XML ----------------------------------------------------------------------------

_OPENING = re.compile(r"<(?:\w{1,20}:)?(item|entry)[\s>]")
_CLOSING = re.compile(r"</(?:\w{1,20}:)?(?:item|entry)\s*>")
_ROOT = re.compile(r"<(?:\w{1,20}:)?(?:rss|RDF|feed)\b[^<>]*>")
_ENCODING = re.compile(rb"""^[^>]{0,100}encoding\s*=\s*["']([\w.:-]+)""")


def _broken_items(data: bytes, article_id: str, place: str, error: SourceError) -> Iterator[Any]:
    """Yield the items of a feed that is not well-formed. Each item is parsed on its own, so that
    one with a stray "&" does not take the others along."""
    declared = _ENCODING.search(data[:200])
    try:
        text, _ = read_text(data, place, declared[1].decode() if declared else "")
    except SourceError as unreadable:
        yield unreadable
        return
    opening = _ROOT.search(text)
    starts = [found.start() for found in _OPENING.finditer(text)]
    if opening is None or not starts or "<!ENTITY" in text[: opening.start()]:
        yield error
        return
    ends = [*starts[1:], len(text)]
    chunks = [_through_closing(text[a:b]) for a, b in zip(starts, ends, strict=True)]
    feed = _head_of_broken(text[opening.end() : starts[0]], opening[0], place)
    readers = (lambda where, c=c: _broken_item(c, opening[0], feed, where) for c in chunks)
    yield from _listed(readers, article_id, place)


def _through_closing(chunk: str) -> str:
    closing = None
    for found in _CLOSING.finditer(chunk):
        closing = found
    return chunk[: closing.end()] if closing else chunk


def _head_of_broken(head: str, opening: str, place: str) -> _Item:
    simple = re.findall(r"<(title|link)>([^<]{0,500})</\1>", head)
    xml = "".join(f"<{name}>{value}</{name}>" for name, value in dict(reversed(simple)).items())
    try:
        return _feed_head(parse_xml(_document(xml, opening), place), place)
    except SourceError:
        return _Item()


def _broken_item(chunk: str, opening: str, feed: _Item, place: str) -> _Item:
    element = parse_xml(_document(chunk, opening), place)
    return _xml_item(element[0], feed, place)


def _document(xml: str, opening: str) -> bytes:
    name = opening[1:-1].split()[0].rstrip("/")
    return f"{opening}{xml}</{name}>".encode("utf-8", "replace")


# --- XML -----------------------------------------------------------------------------------


def _feed_head(head: Any, place: str) -> _Item:
    if head is None:
        return _Item()
    if namespace_of(head) in _ATOM:
        return _Item(title=_atom_text(child(head, "title"), place), url=_atom_link(head))
    title = next((e for e in children(head, "title") if _in_rss(e)), None)
    link = next((e for e in children(head, "link") if _in_rss(e)), None)
    return _Item(title=plain_text(text_of(title), place), url=text_of(link))


def _xml_item(element: Any, feed: _Item, place: str) -> _Item:
    atom = namespace_of(element) in _ATOM
    item = _atom_item(element, place) if atom else _rss_item(element, place)
    base = base_of(element) or feed.url
    url = join(base, item.url) if base and item.url and not is_urn(item.url) else item.url
    return replace(item, url=url, source=item.source or feed.title)


def is_urn(address: str) -> bool:
    """Return whether an address has a scheme that is not the web's."""
    return re.match(r"(?!https?:)[a-z][a-z0-9+.-]*:", address, re.IGNORECASE) is not None


def _in_rss(element: Any) -> bool:
    return namespace_of(element).lower() in _RSS


def _first(element: Any, name: str, *namespaces: str) -> Any:
    found = (e for e in children(element, name) if namespace_of(e) in namespaces)
    return next((e for e in found if text_of(e) or len(e)), None)


def _rss(element: Any, name: str) -> Any:
    return next((e for e in children(element, name) if _in_rss(e) and text_of(e)), None)


def _rss_item(element: Any, place: str) -> _Item:
    guid = _rss(element, "guid")
    about = next((v for k, v in element.attrib.items() if k.endswith("}about")), "")
    return _Item(
        id=text_of(guid) or about or text_of(_first(element, "identifier", *_DC)),
        title=plain_text(
            text_of(_rss(element, "title")) or text_of(_first(element, "title", *_DC)), place
        ),
        source=plain_text(text_of(_rss(element, "source")), place),
        url=_rss_link(element, guid),
        published=text_of(_rss(element, "pubDate"))
        or text_of(_first(element, "date", *_DC))
        or text_of(_first(element, "issued", *_DC))
        or text_of(_first(element, "published", *_ATOM)),
        updated=text_of(_first(element, "updated", *_ATOM))
        or text_of(_first(element, "modified", *_DC)),
        bodies=_rss_bodies(element),
    )


def _rss_link(element: Any, guid: Any) -> str:
    link = text_of(_rss(element, "link"))
    original = next((text_of(e) for e in children(element, "origLink")), "")
    permanent = guid is not None and guid.get("isPermaLink", "true").lower() != "false"
    guid_url = text_of(guid) if permanent and is_web_url(text_of(guid)) else ""
    return original or link or _atom_link(element) or guid_url


def _rss_bodies(element: Any) -> list[_Body]:
    whole = [_first(element, "encoded", _CONTENT), _first(element, "body", _XHTML)]
    atom = _first(element, "content", *_ATOM)
    short = [_rss(element, "description"), _first(element, "description", *_DC)]
    bodies = [_rss_body(e, whole=True) for e in whole if e is not None]
    if atom is not None:
        bodies.append(_atom_body(atom, whole=True))
    return [*bodies, *(_rss_body(e, whole=False) for e in short if e is not None)]


def _rss_body(element: Any, whole: bool) -> _Body:
    """Return the text of a description. RSS does not say whether it is HTML, so its tags decide."""
    if len(element):
        return _Body(_inner_xml(element), True, whole)
    text = element.text or ""
    return _Body(text, whole or is_markup(text), whole)


def _inner_xml(element: Any) -> str:
    """Return the markup in an element, without namespaces."""
    from copy import deepcopy

    from lxml import etree  # type: ignore[import-untyped]  # ships no types

    inner = deepcopy(element)
    inner.tail = None
    for part in inner.iter():
        part.tag = name_of(part)
    etree.cleanup_namespaces(inner)
    inner.tag = "div"  # in HTML, a <title> has no markup
    return str(etree.tostring(inner, encoding="unicode", method="html"))


# --- Atom ----------------------------------------------------------------------------------


def _atom_item(element: Any, place: str) -> _Item:
    origin = child(element, "source", "title")
    published = _first(element, "published", *_ATOM)
    if published is None:
        published = _first(element, "issued", *_ATOM)  # Atom 0.3
    updated = _first(element, "updated", *_ATOM)
    bodies = [_first(element, "content", *_ATOM), _first(element, "summary", *_ATOM)]
    return _Item(
        id=text_of(_first(element, "id", *_ATOM)),
        title=_atom_text(_first(element, "title", *_ATOM), place),
        source="" if origin is None else _atom_text(origin, place),
        url=_atom_link(element),
        published=text_of(published),
        updated=text_of(updated),
        bodies=[_atom_body(e, name_of(e) == "content") for e in bodies if e is not None],
    )


def _atom_link(element: Any) -> str:
    """Return the alternate link; "" if there is none. The id of an entry is no link."""
    links = [
        e
        for e in children(element, "link")
        if namespace_of(e) in _ATOM and e.get("href") and e.get("rel", "alternate") == "alternate"
    ]
    pages = [
        e for e in links if e.get("type", "text/html") in ("text/html", "application/xhtml+xml")
    ]
    return next((join(base_of(e), e.get("href")) for e in [*pages, *links]), "")


def _atom_body(element: Any, whole: bool) -> _Body:
    kind = element.get("type", "text").lower()
    if len(element):
        return _Body(_inner_xml(element), True, whole)
    escaped = element.get("mode") == "escaped" and is_markup(element.text or "")
    html = kind in ("html", "text/html", "xhtml", "application/xhtml+xml") or escaped
    readable = html or kind in ("text", "text/plain")
    return _Body((element.text or "") if readable else "", html, whole)


def _atom_text(element: Any, place: str) -> str:
    if element is None:
        return ""
    body = _atom_body(element, whole=True)
    return plain_text(body.text, place) if body.html else " ".join(body.text.split())


# --- JSON Feed -----------------------------------------------------------------------------


def is_json_feed(content: object) -> bool:
    """Return whether a parsed JSON file is a JSON Feed."""
    version = content.get("version") if isinstance(content, dict) else None
    return isinstance(version, str) and "jsonfeed.org/version/" in version


def read_json_feed(data: bytes, article_id: str, place: str) -> Iterator[Article | SourceError]:
    """Yield the items of a JSON Feed, and an error for each item that is unusable."""
    return _read_all(json_items(data, article_id, place))


def json_items(data: bytes, article_id: str, place: str) -> Iterator[FeedItem | SourceError]:
    """Yield the items of a JSON Feed without reading their texts."""
    try:
        content = json.loads(read_text(data, place)[0])
    except (ValueError, RecursionError):
        yield SourceError(f"{place} is not valid JSON. Save the feed again.")
        return
    except SourceError as error:
        yield error
        return
    items = content.get("items") if isinstance(content, dict) else None
    if not is_json_feed(content) or not isinstance(items, list):
        yield SourceError(f"{place} is no JSON Feed: it has no version or no list of items.")
        return
    feed = _Item(title=_string(content, "title"), url=_string(content, "home_page_url"))
    readers = (lambda where, i=i: _json_item(i, feed, where) for i in items)
    yield from _listed(readers, article_id, place)


def _json_item(item: object, feed: _Item, place: str) -> _Item:
    if not isinstance(item, dict):
        raise SourceError(f"{place} is not an object. Export the feed again.")
    url = _string(item, "url") or _string(item, "external_url")
    return _Item(
        id=_string(item, "id"),
        title=_string(item, "title"),
        source=feed.title,
        url=join(feed.url, url) if url else "",
        published=_string(item, "date_published"),
        updated=_string(item, "date_modified"),
        bodies=[
            _Body(_string(item, "content_html"), True, True),
            _Body(_string(item, "content_text"), False, True),
            _Body(_string(item, "summary"), False, False),
        ],
    )


def _string(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    try:
        return str(value)
    except ValueError:  # Python refuses to print integers of more than 4300 digits
        return ""


# --- articles ------------------------------------------------------------------------------


def _article(item: _Item, default_id: str, place: str) -> Article:
    where = f"{place} (“{item.title[:60]}”)" if item.title else place
    writer = ArticleWriter()
    body = _add_body(writer, item, where)
    text = writer.article("").text
    if body is not None and _is_teaser(text, body):
        writer.note(TEASER)
    published = _published(writer, item)
    article = writer.article(
        _stable_id(item, default_id),
        title=guess(item.title),
        source=guess(item.source),
        url=_web_url(item.url),
        published=published,
    )
    if body is None:
        raise EmptyItemError(f"{where} has no text. Save the page that it links to.", article)
    return article


def _add_body(writer: ArticleWriter, item: _Item, place: str) -> _Body | None:
    """Append the first body with a text: the whole content if the feed has it."""
    for body in item.bodies:
        scratch = ArticleWriter()
        if body.html:
            _add_html(scratch, body.text, place)
        else:
            _add_plain(scratch, body.text, place)
        read = scratch.article("")
        if re.search(r"\w", read.text):
            writer.include(read)
            return body
    return None


def _add_plain(writer: ArticleWriter, text: str, place: str) -> None:
    if len(text) > LONGEST_FRAGMENT:
        raise SourceError(f"{place} is over {LONGEST_FRAGMENT:,} characters long. Split it.")
    for paragraph in paragraphs(text):
        _add_line(writer, _kind(paragraph), paragraph)


def _kind(paragraph: str) -> BlockKind:
    return BlockKind.LIST_ITEM if is_list_item(paragraph) else BlockKind.PARAGRAPH


def _add_html(writer: ArticleWriter, html: str, place: str) -> None:
    """Append HTML without the lines that feed programs add."""
    scratch = ArticleWriter()
    add_fragment(scratch, html, place)
    read = scratch.article("")
    writer.include(replace(read, blocks=(), text=""))
    for block in read.blocks:
        _add_line(writer, block.kind, read.text[block.start : block.end])


def _add_line(writer: ArticleWriter, kind: BlockKind, text: str) -> None:
    if len(text) < 500 and _FEED_LINE.fullmatch(text.strip()):
        writer.leave_out("line of the feed program", text)
    else:
        writer.add(kind, text)


def _is_teaser(text: str, body: _Body) -> bool:
    cut = _CUT.search(text[-200:]) is not None or _CUT.search(body.text[-200:]) is not None
    return cut or (not body.whole and len(text.split()) < _TEASER_WORDS)


def _stable_id(item: _Item, default_id: str) -> str:
    """Return the id that stays when the item is updated. A digest stands for one that is too long
    or cannot be printed."""
    given = item.id.strip() or item.url
    if not given:
        return default_id
    if len(given) <= _LONGEST_ID and given.isprintable():
        return given
    digest = hashlib.sha256(given.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{default_id.rpartition('#')[0]}#{digest}"


def _web_url(url: str) -> str:
    url = guess(url)
    return url if is_web_url(url) else ""


def _published(writer: ArticleWriter, item: _Item) -> str:
    """Return the date of publication. A date of change is not one; a note gives it."""
    published = iso_date(item.published)
    if item.published and not published:
        writer.note(f"The date “{item.published[:60]}” could not be read.")
    if not item.published and (updated := iso_date(item.updated)):
        writer.note(f"The item gives no date of publication; it was updated on {updated}.")
    return published
