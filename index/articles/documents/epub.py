"""EPUB books and magazines: one article, with the chapters in the order of the spine."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from index.articles.base.dates import iso_date
from index.articles.base.readers import guess
from index.articles.base.writer import ArticleWriter
from index.articles.base.xml_tree import child, children, descendants, name_of, text_of
from index.articles.documents.archives import Archive, member_at, or_empty
from index.articles.web.markup import MarkupWalk, parse_html
from index.errors import SourceError
from index.models import Article

MOST_CHAPTERS = 2_000
_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
# Fonts are often scrambled, which does no harm to the text.
_FONT_SCRAMBLING = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_BODY = re.compile(r"<body\b[^<>]*>")
_NOTES = frozenset({"footnote", "endnote", "rearnote", "note"})
_NAVIGATION = frozenset({"toc", "landmarks", "page-list", "cover", "index"})


@dataclass(frozen=True, slots=True)
class _Chapter:
    """A page of the spine."""

    name: str
    linear: bool
    navigation: bool


def read_epub(data: bytes, article_id: str, place: str) -> Article:
    """Read an .epub file. Raises SourceError if it is damaged, encrypted or without text."""
    archive = Archive(data, place)
    _refuse_encrypted(archive, place)
    package_name = _package_name(archive, place)
    package = archive.xml(package_name)
    if package is None:
        raise SourceError(f"{place} is damaged: its list of chapters is missing. Save it again.")
    writer = ArticleWriter()
    for chapter in _chapters(package, package_name, place):
        _read_chapter(writer, archive, chapter, place)
    about = child(package, "metadata")
    article = writer.article(
        article_id,
        title=guess(_first(about, "title")),
        source=guess(_first(about, "publisher")),
        published=_published(about),
    )
    if not article.text:
        raise SourceError(f"{place} contains no text. If its pages are pictures, use OCR first.")
    return article


def _refuse_encrypted(archive: Archive, place: str) -> None:
    for method in descendants(or_empty(archive.xml(_ENCRYPTION)), "EncryptionMethod"):
        if method.get("Algorithm") not in _FONT_SCRAMBLING:
            raise SourceError(f"{place} is copy-protected (DRM). Get it without the protection.")


def _package_name(archive: Archive, place: str) -> str:
    for root in descendants(or_empty(archive.xml(_CONTAINER)), "rootfile"):
        name = member_at("", root.get("full-path", ""))
        if name in archive:
            return name
    raise SourceError(f"{place} is no EPUB: it has no list of chapters. Save it again as .epub.")


def _chapters(package: Any, package_name: str, place: str) -> Iterator[_Chapter]:
    items = {item.get("id"): item for item in descendants(child(package, "manifest"), "item")}
    spine = list(children(or_empty(child(package, "spine")), "itemref"))
    if len(spine) > MOST_CHAPTERS:
        raise SourceError(f"{place} has more than {MOST_CHAPTERS:,} chapters. Split it.")
    for reference in spine:
        item = items.get(reference.get("idref"))
        if item is not None and item.get("media-type") in _PAGES:
            yield _Chapter(
                member_at(package_name, item.get("href", "")),
                reference.get("linear") != "no",
                "nav" in item.get("properties", "").split(),
            )


def _read_chapter(writer: ArticleWriter, archive: Archive, chapter: _Chapter, place: str) -> None:
    root = _page(archive, chapter.name, place)
    body = child(root, "body") if root is not None else None
    if body is None:
        return
    if chapter.navigation or _types(body) & _NAVIGATION:
        writer.leave_out("table of contents", text_of(body))
    elif not chapter.linear and not _has_notes(body):
        writer.leave_out("page outside of the reading order", text_of(body))
    else:
        _prepare(body, writer)
        MarkupWalk(writer).walk(body)


def _page(archive: Archive, name: str, place: str) -> Any:
    """Return a page; one that is not well-formed is read as HTML. None if it is missing."""
    try:
        return archive.xml(name)
    except SourceError:
        text = archive.read(name).decode("utf-8", "replace")
        return parse_html(_BODY.split(text, maxsplit=1)[-1], f"{place} ({name})")


def _types(element: Any) -> set[str]:
    """Return the kinds that epub:type and role give to an element."""
    found = (str(v) for k, v in element.attrib.items() if k.endswith("}type") or k == "role")
    return {word.removeprefix("doc-") for value in found for word in value.split()}


def _has_notes(body: Any) -> bool:
    return any(_types(element) & _NOTES for element in body.iter() if isinstance(element.tag, str))


def _prepare(body: Any, writer: ArticleWriter) -> None:
    """Mark notes as such, and take their marks and the page numbers out of the text."""
    for element in list(body.iter()):
        if not isinstance(element.tag, str):
            continue
        types = _types(element)
        if types & _NOTES and name_of(element) in ("aside", "div", "p", "section", "li"):
            element.tag = "fn"
        elif "noteref" in types:
            _empty(element, writer, "footnote mark")
        elif "pagebreak" in types:
            _empty(element, writer, "page number")
        elif name_of(element) == "nav":
            _empty(element, writer, "table of contents")


def _empty(element: Any, writer: ArticleWriter, reason: str) -> None:
    writer.leave_out(reason, text_of(element))
    tail = element.tail
    element.clear()
    element.tail = tail


def _first(about: Any, name: str) -> str:
    return text_of(next(descendants(or_empty(about), name), None))


def _published(about: Any) -> str:
    """Return the date of publication. EPUB 2 may also give those of changes."""
    for date in descendants(or_empty(about), "date"):
        events = [str(v) for k, v in date.attrib.items() if k.endswith("event")]
        if not events or events == ["publication"]:
            return iso_date(text_of(date))
    return ""
