"""Main text of saved web pages."""

import codecs
import re

from index.articles.base.charsets import charset, read_text
from index.articles.base.writer import ArticleWriter
from index.articles.web.article_selection import select
from index.articles.web.boilerplate_phrases import REFERENCES
from index.articles.web.page_blocks import Outline, outline_of
from index.articles.web.page_json_ld import Described, questions
from index.articles.web.page_kinds import refine
from index.articles.web.page_metadata import Metadata, read_metadata
from index.articles.web.page_text import clean, without_citations
from index.articles.web.page_tree import parse_page
from index.articles.web.page_votes import votes
from index.errors import SourceError
from index.models import Article, BlockKind

_CHARSET = re.compile(
    rb"""<(?:meta\b[^>]{0,300}?\bcharset|\?xml\b[^>]{0,100}?\bencoding)\s*=\s*["']?\s*([\w.:-]+)""",
    re.IGNORECASE,
)
_DECLARED_WITHIN = 16_384
_MORE_DESCRIBED = 2  # times the text that the page shows without scripts
_COMPARED = 80
_MOST_REPLACED = 0.001  # of a page's characters; more show that the charset is another one


def read_html(data: bytes, article_id: str, place: str) -> Article:
    """Read the article of a saved web page, block by block. Uses no network. Raises SourceError if
    the page cannot be decoded or has no text."""
    text, note = _decode(data, place)
    root = parse_page(text, place)
    metadata = read_metadata(root)
    outline = outline_of(root, place)
    select(outline, metadata.title, lambda texts: votes(text, texts))
    writer = ArticleWriter()
    for message in (note, *metadata.notes):
        if message:
            writer.note(message)
    shown = _kept(outline)
    described = _described_body(metadata.own, place)
    if sum(len(text) for _, text in described) > _MORE_DESCRIBED * len(shown):
        writer.note("The page shows its text with scripts. It was read from the page's JSON-LD.")
        for kind, block in described:
            writer.add(kind, block)
    else:
        _write(outline, writer)
    _write_questions(metadata, shown, writer, place)
    article = writer.article(
        article_id,
        title=metadata.title,
        source=metadata.source,
        url=metadata.url,
        published=metadata.published,
    )
    if not article.text:
        raise SourceError(f"{place}: no article text found in the page. Save its text as .txt.")
    return article


def _write(outline: Outline, writer: ArticleWriter) -> None:
    refine(outline)
    lists_references = any(block.reason == REFERENCES for block in outline.blocks)
    for block in outline.blocks:
        if not block.reason:
            text, marks = without_citations(block.text, everywhere=lists_references)
            writer.add(block.kind, text)
            writer.leave_out("footnote mark", marks)
        elif block.reason != "title":
            writer.leave_out(block.reason, block.text)


def _kept(outline: Outline) -> str:
    return " ".join(block.text for block in outline.blocks if not block.reason)


def _described_body(own: Described | None, place: str) -> list[tuple[BlockKind, str]]:
    """Return the blocks of the article that a page gives in JSON-LD and shows with scripts."""
    if own is None:
        return []
    found = [(BlockKind.PARAGRAPH, text) for text in _paragraphs(own.body, place)]
    for update in own.updates:
        found.append((BlockKind.HEADING, update.headline))
        found += [(BlockKind.PARAGRAPH, text) for text in _paragraphs(update.body, place)]
    return found


def _paragraphs(text: str, place: str) -> list[str]:
    if "<" in text:
        text = "\n".join(
            b.text for b in outline_of(parse_page(f"<div>{text}</div>", place), place).blocks
        )
    return [clean(line) for line in text.splitlines() if line.strip()]


def _write_questions(metadata: Metadata, shown: str, writer: ArticleWriter, place: str) -> None:
    """Add the questions that the page gives for search engines only, with their answers."""
    for asked, answer in questions(metadata.objects):
        answer = " ".join(_paragraphs(answer, place))
        if answer and answer[:_COMPARED] not in shown and asked not in shown:
            writer.add(BlockKind.QUESTION, asked)
            writer.add(BlockKind.PARAGRAPH, answer)


def _decode(data: bytes, place: str) -> tuple[str, str]:
    """Decode a page as browsers do: by its mark, its declared charset, UTF-8 or Windows-1252. Also
    return a note if the charset was guessed."""
    declared = _declared(data)
    if declared and not data.startswith(
        (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    ):
        try:
            text, note = data.decode("utf-8"), ""
        except UnicodeDecodeError:
            text, note = _as_declared(data, declared, place)
        if "\0" not in text[:4096]:
            return text.replace("\0", ""), note
    text, note = read_text(data, place, "")
    return text.removeprefix("\ufeff"), note


def _as_declared(data: bytes, declared: str, place: str) -> tuple[str, str]:
    text = data.decode(declared, "replace")
    bad = text.count("\ufffd")
    if not bad:
        return text, ""
    if bad <= _MOST_REPLACED * len(text):
        return text, f"{bad} characters of the page are not {declared} and could not be read."
    if declared == "utf-8":
        text, note = read_text(data, place, "")
        return text, note
    raise SourceError(
        f"{place} is neither UTF-8 nor the {declared} it declares. Convert it to UTF-8."
    )


def _declared(data: bytes) -> str:
    """Return the charset that the page declares in its first bytes; "" if there is none that
    Python can use. Browsers look at 1024 bytes, but archives put text of their own first."""
    found = _CHARSET.search(data[:_DECLARED_WITHIN])
    name = charset(found[1].decode("ascii", "replace")) if found else ""
    # A page whose declaration can be read is not in these.
    if name.startswith(("utf-16", "utf-32", "utf-7")):
        return "utf-8"
    return name if name and _gives_text(name) else ""


def _gives_text(name: str) -> bool:
    return codecs.lookup(name)._is_text_encoding
