"""News agencies' formats: NITF, NewsML-G2 and the sitemaps of news sites."""

import re
from collections.abc import Iterator
from typing import Any

from index.articles.base.charsets import read_text
from index.articles.base.dates import iso_date
from index.articles.base.plain_paragraphs import paragraphs
from index.articles.base.readers import guess, is_web_url
from index.articles.base.writer import ArticleWriter
from index.articles.base.xml_tree import child, children, descendants, name_of, parse_xml, text_of
from index.articles.web.markup import MarkupWalk
from index.errors import SourceError
from index.models import Article, BlockKind

MOST_ITEMS = 10_000
SITEMAP_ROOTS = frozenset({"urlset", "sitemapindex"})
NEWSML_ROOTS = frozenset(
    "newsItem newsMessage packageItem conceptItem knowledgeItem planningItem catalogItem".split()
)
_LONGEST_ID = 200
_CANCELLED = ("canceled", "withheld")
_CORRECTS = re.compile(r"\W*(?:corrections?|correcting|corrects|clarifi)", re.IGNORECASE)


def sitemap_error(root: Any, place: str) -> SourceError:
    """Build the refusal of a sitemap."""
    count = sum(1 for _ in children(root, "url", "sitemap"))
    return SourceError(
        f"{place}: a sitemap lists addresses, not texts ({count:,} here). "
        "Save the pages themselves, and remove the sitemap."
    )


# --- NITF ----------------------------------------------------------------------------------


def read_nitf(data: bytes, article_id: str, place: str) -> Article:
    """Read a NITF document. Raises SourceError if it has no text."""
    return read_nitf_tree(parse_xml(data, place), article_id, place)


def read_nitf_tree(root: Any, article_id: str, place: str) -> Article:
    """Read a parsed NITF document; its own id replaces `article_id`."""
    writer = ArticleWriter()
    head, body = child(root, "head"), child(root, "body")
    _add_nitf(writer, body)
    if not writer.article("").text:
        raise SourceError(f"{place}: the NITF document has no text. Export it again.")
    docdata, pubdata = child(head, "docdata"), child(head, "pubdata")
    _add_corrections(writer, docdata)
    given = _attribute(child(docdata, "doc-id"), "id-string")
    url = guess(_attribute(pubdata, "ex-ref"))
    return writer.article(
        _usable_id(given) or article_id,
        title=guess(_nitf_title(head, body)),
        source=guess(_nitf_source(body, docdata, pubdata)),
        url=url if is_web_url(url) else "",
        published=_nitf_date(body, docdata, pubdata),
    )


def _add_nitf(writer: ArticleWriter, body: Any) -> None:
    """Append the parts of the body in order. The headline is the title, so it is no block."""
    for part in [] if body is None else body:
        for inner in [part] if name_of(part) == "body.content" else part:
            if name_of(inner) == "hedline":
                for second in children(inner, "hl2"):
                    MarkupWalk(writer).walk(second)
            elif name_of(inner) not in ("rights", "distributor", "bibliography"):
                MarkupWalk(writer).walk(inner)


def _add_corrections(writer: ArticleWriter, docdata: Any) -> None:
    for correction in [] if docdata is None else children(docdata, "correction"):
        writer.add(BlockKind.CORRECTION, correction.get("info", ""))
    for message in [] if docdata is None else children(docdata, "ed-msg"):
        writer.leave_out("message to editors", message.get("info", ""))


def _nitf_title(head: Any, body: Any) -> str:
    headline = child(body, "body.head", "hedline", "hl1")
    return text_of(headline) or text_of(child(head, "title"))


def _nitf_source(body: Any, docdata: Any, pubdata: Any) -> str:
    return (
        text_of(child(body, "body.head", "distributor", "org"))
        or text_of(child(body, "body.head", "distributor"))
        or _attribute(pubdata, "name")
        or _attribute(child(docdata, "doc.copyright"), "holder")
    )


def _nitf_date(body: Any, docdata: Any, pubdata: Any) -> str:
    story = child(body, "body.head", "dateline", "story.date")
    dates = (
        _attribute(pubdata, "date.publication"),
        _attribute(child(docdata, "date.issue"), "norm"),
        _attribute(child(docdata, "date.release"), "norm"),
        _attribute(story, "norm"),
    )
    return next((date for text in dates if (date := iso_date(text))), "")


def _attribute(element: Any, name: str) -> str:
    return "" if element is None else str(element.get(name, "")).strip()


def _usable_id(given: str) -> str:
    return given if len(given) <= _LONGEST_ID and given.isprintable() else ""


# --- NewsML-G2 -----------------------------------------------------------------------------


def read_newsml(data: bytes, article_id: str, place: str) -> Iterator[Article | SourceError]:
    """Yield the news items of a NewsML-G2 file, and an error for each one without a text."""
    yield from read_newsml_tree(parse_xml(data, place), article_id, place)


def read_newsml_tree(root: Any, article_id: str, place: str) -> Iterator[Article | SourceError]:
    """Yield the news items of a parsed NewsML-G2 file."""
    items = list(descendants(root, "newsItem"))
    if not items:
        yield SourceError(
            f"{place}: a {name_of(root)} of NewsML-G2 has no article. Save its news items."
        )
    for number, item in enumerate(items, 1):
        if number > MOST_ITEMS:
            yield SourceError(f"{place} has more than {MOST_ITEMS:,} items. Split it.")
            return
        alone = len(items) == 1
        default_id = article_id if alone else f"{article_id}#{number}"
        try:
            yield _news_item(item, default_id, place if alone else f"{place}, item {number}")
        except SourceError as error:
            yield error


def _news_item(item: Any, default_id: str, place: str) -> Article:
    meta, content = child(item, "itemMeta"), child(item, "contentMeta")
    title = _newsml_title(meta, content)
    where = f"{place} (“{title[:60]}”)" if title else place
    _refuse_cancelled(meta, where)
    inner = _inline_nitf(item)
    writer = ArticleWriter()
    _add_bylines(writer, content)
    before = writer.article("").text
    _add_contents(writer, item, where)
    if writer.article("").text == before:
        raise SourceError(f"{where} has no text of its own. Save the files that it refers to.")
    _add_note(writer, meta)
    guid = _attribute(item, "guid")
    return writer.article(
        _usable_id(guid) or default_id,
        title=guess(title or _nitf_title(child(inner, "head"), child(inner, "body"))),
        source=guess(_provider(meta, content)),
        url=guid if is_web_url(guid) else "",
        published=_newsml_date(writer, item, meta, content),
    )


def _newsml_title(meta: Any, content: Any) -> str:
    headlines = [] if content is None else list(children(content, "headline"))
    main = [e for e in headlines if _code(e.get("role", "")) in ("", "main", "headline")]
    first = next(iter([*main, *headlines]), None)
    return text_of(first) or text_of(child(meta, "title"))


def _code(qcode: str) -> str:
    """Return the code of a qualified code such as "stat:canceled"."""
    return qcode.rpartition(":")[2].lower()


def _refuse_cancelled(meta: Any, place: str) -> None:
    status = child(meta, "pubStatus")
    code = _code(_attribute(status, "qcode") or _attribute(status, "uri").replace("/", ":"))
    if code in _CANCELLED:
        raise SourceError(f"{place} was {code} by its provider. Remove it.")


def _inline_nitf(item: Any) -> Any:
    return next(descendants(item, "nitf"), None)


def _add_bylines(writer: ArticleWriter, content: Any) -> None:
    for line in [] if content is None else children(content, "by", "dateline"):
        writer.add(BlockKind.BYLINE, text_of(line))


def _add_contents(writer: ArticleWriter, item: Any, place: str) -> None:
    """Append the first rendition with a text; the others say the same in another form."""
    for part in children(item, "contentSet"):
        for rendition in children(part, "inlineXML", "inlineData"):
            scratch = ArticleWriter()
            if name_of(rendition) == "inlineData":
                _add_data(scratch, rendition, place)
            else:
                _add_inline_xml(scratch, rendition)
            read = scratch.article("")
            if read.text:
                writer.include(read)
                return


def _add_inline_xml(writer: ArticleWriter, rendition: Any) -> None:
    for root in rendition:
        if name_of(root) == "nitf":
            _add_nitf(writer, child(root, "body"))
            _add_corrections(writer, child(root, "head", "docdata"))
        elif name_of(root) == "html":
            body = child(root, "body")
            if body is not None:
                MarkupWalk(writer).walk(body)
        else:
            MarkupWalk(writer).walk(root)


def _add_data(writer: ArticleWriter, rendition: Any, place: str) -> None:
    if not _attribute(rendition, "contenttype").startswith("text/"):
        return
    if not _attribute(rendition, "encoding"):
        _add_paragraphs(writer, rendition.text or "")
        return
    import base64
    import binascii

    try:
        data = base64.b64decode(rendition.text or "")
    except (binascii.Error, ValueError):
        raise SourceError(f"{place}: its inline data is not base64. Export it again.") from None
    text, note = read_text(data, place)
    _add_paragraphs(writer, text)
    if note:
        writer.note(note)


def _add_paragraphs(writer: ArticleWriter, text: str) -> None:
    for paragraph in paragraphs(text):
        writer.add(BlockKind.PARAGRAPH, paragraph)


def _add_note(writer: ArticleWriter, meta: Any) -> None:
    """Append a correction from the note to editors; leave other notes out."""
    for note in [] if meta is None else children(meta, "edNote"):
        if _CORRECTS.match(text_of(note)):
            writer.add(BlockKind.CORRECTION, text_of(note))
        else:
            writer.leave_out("message to editors", text_of(note))


def _provider(meta: Any, content: Any) -> str:
    for element in (child(meta, "provider"), child(content, "infoSource")):
        name = text_of(child(element, "name")) or _attribute(element, "literal")
        if name := name or _attribute(element, "qcode").rpartition(":")[2]:
            return name
    return text_of(child(content, "creditline"))


def _newsml_date(writer: ArticleWriter, item: Any, meta: Any, content: Any) -> str:
    """Return the date of first publication. The date of a later version is only noted."""
    version = text_of(child(meta, "versionCreated"))
    first = text_of(child(meta, "firstCreated")) or text_of(child(content, "contentCreated"))
    if not first and _attribute(item, "version") in ("", "0", "1"):
        first = version
    if not first and (changed := iso_date(version)):
        writer.note(f"The item gives no date of publication; this version is of {changed}.")
    return iso_date(first)
