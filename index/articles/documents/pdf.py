"""PDF files: press releases, filings and reports, with the page of every block.

Glyphs come from PDFium. On 123 files of the test suites of pdfplumber, pdfminer.six and pypdf it
took 4 s in all, pypdf 7.1.1 30 s, pdfminer.six 81 s and pdfplumber 82 s, and it opened each file
that is neither empty nor locked. The order of the text is worked out here, from sizes and places.
"""

import io
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.articles.base.readers import guess
from index.articles.base.writer import ArticleWriter
from index.articles.documents import pdf_glyphs
from index.articles.documents.hyphens import Compounds
from index.articles.documents.pdf_blocks import MAY_GO_ON, Look, PdfBlock, blocks_of
from index.articles.documents.pdf_columns import columns_of
from index.articles.documents.pdf_glyphs import Limits, read_glyphs
from index.articles.documents.pdf_lines import Page, page_of
from index.articles.documents.pdf_margins import take_margins
from index.articles.documents.tables import add_table
from index.errors import SourceError
from index.models import Article, BlockKind

_SECONDS = 120.0  # for each of the two steps: glyphs to pages, pages to blocks
_SPARE = 30.0  # seconds that the process may wait beside its processor time
_MOST_UNMAPPED = 0.2
_LONGEST_TITLE = 250
_BETWEEN = frozenset({BlockKind.NOTE, BlockKind.CAPTION, BlockKind.TABLE_ROW})
_BROKEN = (
    "is damaged, or needs more memory or time than is allowed. Save it again, or its text as .txt."
)
_PROBLEMS = {
    pdf_glyphs.LOCKED: "is protected by a password. Save it without one.",
    pdf_glyphs.DAMAGED: "is damaged: no PDF can be read from it. Save it again.",
    pdf_glyphs.TOO_MANY_GLYPHS: "has too much text for one article. Split it.",
    pdf_glyphs.OUT_OF_MEMORY: "needs too much memory to read. Save it again, or as .txt.",
}
_LIMITS = Limits()


def read_pdf(data: bytes, article_id: str, place: str, limits: Limits = _LIMITS) -> Article:
    """Read a PDF. Raises SourceError if it is locked, damaged, scanned or over a limit."""
    pages = _pages(data, place, limits)
    _check_text(pages, place)
    writer = ArticleWriter()
    _note_pictures(writer, pages)
    for page in pages:
        writer.leave_out("rotated text", page.turned)
        writer.leave_out("text outside of the page", page.outside)
    for reason, lines in take_margins(pages).items():
        for line in lines:
            writer.leave_out(reason, line)
    blocks = _joined(_blocks(pages, writer, place))
    _write(writer, blocks)
    article = writer.article(article_id, title=guess(_title(blocks)))
    if not article.text:
        raise SourceError(f"{place} has no text but page numbers. Save its text as .txt.")
    return article


def _pages(data: bytes, place: str, limits: Limits) -> list[Page]:
    output = io.BytesIO(_glyphs(data, place, limits))
    pages: list[Page] = []
    deadline = time.monotonic() + _SECONDS
    while (glyphs := read_glyphs(output)) is not None:
        _check_time(deadline, place)
        pages.append(page_of(glyphs))
    return pages


def _check_time(deadline: float, place: str) -> None:
    if time.monotonic() > deadline:
        raise SourceError(f"{place} takes too long to read. Split it, or save its text as .txt.")


def _glyphs(data: bytes, place: str, limits: Limits) -> bytes:
    """Return the glyphs of all pages, read by a process of its own."""
    command = [sys.executable, "-I", str(Path(pdf_glyphs.__file__)), *limits.arguments()]
    wait = limits.seconds + _SPARE
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=wait, check=False)
    except subprocess.TimeoutExpired:
        raise SourceError(f"{place} takes too long to read. Save it again, or as .txt.") from None
    if done.returncode:
        raise SourceError(f"{place} {_problem(done.returncode, limits)}")
    return done.stdout


def _problem(code: int, limits: Limits) -> str:
    """Say what an exit code of the process means."""
    if code == pdf_glyphs.TOO_MANY_PAGES:
        return f"has more than {limits.pages:,} pages. Split it."
    return _PROBLEMS.get(code, _BROKEN)


def _check_text(pages: Sequence[Page], place: str) -> None:
    letters = sum(page.letters for page in pages)
    if not any(page.pieces for page in pages):
        raise SourceError(
            f"{place} has no text: its pages are pictures, as of a scanner. Run text recognition "
            "(OCR) on it first."
        )
    if sum(page.unmapped for page in pages) > _MOST_UNMAPPED * letters:
        raise SourceError(
            f"{place} has fonts that do not say which letters they show. Run text recognition "
            "(OCR) on it first."
        )


def _note_pictures(writer: ArticleWriter, pages: Sequence[Page]) -> None:
    empty = [str(number) for number, page in enumerate(pages, 1) if not page.pieces]
    if empty:
        more = f" and {len(empty) - 10} more" if len(empty) > 10 else ""
        writer.note(f"No text on page {', '.join(empty[:10])}{more}: it may be a picture.")


# --- blocks --------------------------------------------------------------------------------


def _blocks(pages: Sequence[Page], writer: ArticleWriter, place: str) -> Iterator[PdfBlock]:
    deadline = time.monotonic() + _SECONDS
    for page in pages:
        for piece in page.pieces:
            for mark in piece.marks:
                writer.leave_out("footnote mark", mark)
    look = _look(pages)
    compounds = Compounds(piece.text for page in pages for piece in page.pieces)
    for number, page in enumerate(pages, 1):
        _check_time(deadline, place)
        found = list(blocks_of(columns_of(page.pieces), look, number, compounds))
        # Notes stand at the foot of a page; the text goes on in the next column.
        yield from (block for block in found if block.kind is not BlockKind.NOTE)
        yield from (block for block in found if block.kind is BlockKind.NOTE)


def _look(pages: Sequence[Page]) -> Look:
    sizes: Counter[float] = Counter()
    letters = capitals = 0
    for page in pages:
        for piece in page.pieces:
            sizes[round(piece.size * 2) / 2] += len(piece.text)
            letters += sum(char.isalpha() for char in piece.text)
            capitals += sum(char.isupper() for char in piece.text)
    size = sizes.most_common(1)[0][0] if sizes else 0.0
    return Look(size, capitals > 0.5 * letters)


def _joined(blocks: Iterator[PdfBlock]) -> list[PdfBlock]:
    """Join a paragraph that goes on in the next column or on the next page."""
    joined: list[PdfBlock] = []
    open_block: PdfBlock | None = None
    for block in blocks:
        if open_block and block.kind in MAY_GO_ON and _goes_on(open_block, block):
            open_block.text = _continued(open_block.text, block.text)
            open_block.goes_on, open_block.full = block.goes_on, block.full
            continue
        joined.append(block)
        if block.kind not in _BETWEEN and not block.left_out:
            open_block = block if block.goes_on else None
    return joined


def _goes_on(block: PdfBlock, following: PdfBlock) -> bool:
    near = following.page - block.page <= 1
    same = abs(block.size - following.size) < 0.08 * block.size
    sentence = following.text[:1].islower() or block.full
    plain = following.kind is BlockKind.PARAGRAPH  # a list item opens with its own mark
    return near and same and sentence and plain and not following.left_out


def _continued(before: str, after: str) -> str:
    return Compounds([]).join(before, after)


def _write(writer: ArticleWriter, blocks: Sequence[PdfBlock]) -> None:
    for block in blocks:
        if block.left_out:
            writer.leave_out(block.left_out, block.text)
        elif block.rows:
            add_table(writer, block.rows, page=block.page)
        else:
            writer.add(block.kind, block.text, page=block.page)


def _title(blocks: Sequence[PdfBlock]) -> str:
    """Return the largest heading of the first page with text. The title in the file's properties
    is the name of a template too often, and its date is that of the file."""
    first = blocks[0].page if blocks else 0
    headings = [b for b in blocks if b.page == first and b.kind is BlockKind.HEADING]
    largest = max((block.size for block in headings), default=0.0)
    texts = [block.text for block in headings if block.size > 0.97 * largest]
    title = next((text for text in texts if len(text.split()) > 1), "")
    return title if len(title) <= _LONGEST_TITLE else ""
