"""Comparison of readers of web pages: `python -m benchmarks.reading --pages FOLDER`.

FOLDER holds clones of public test suites (see `suites.py`). Each page's words are compared with its
reference text; precision, recall and F1 are means over the pages. The reader was tuned on one half
of the pages, and the figures are those of the other half. Captions and bylines are part of our
text, so the figures are given without them too: some references have them, others do not.
readability-lxml is compared if it is installed.
"""

import argparse
import importlib.util
import logging
import re
import statistics
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.reading.suites import Page, markup_text, pages_in
from index.articles.web.html import read_html
from index.errors import SourceError
from index.models import Article, BlockKind

_WORD = re.compile(r"\w+")
_COLUMN = re.compile(r"(?:^|(?<= \| ))[^|:]{1,80}: ")  # repeated in each row of a table
_BESIDE = frozenset({BlockKind.CAPTION, BlockKind.BYLINE})
_Reader = Callable[[Page], str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path, required=True, help="folder with cloned test suites")
    parser.add_argument("--tuning", action="store_true", help="measure the half used for tuning")
    args = parser.parse_args()
    # The libraries warn about odd pages and unknown time zones.
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    pages = [page for page in pages_in(args.pages) if page.tuning is args.tuning]
    print("reader", "pages", "precision", "recall", "F1", "pages/s", sep="\t")  # noqa: T201
    for name, reader in _readers():
        print(name, *_row([page for page in pages if page.text], reader), sep="\t")  # noqa: T201
    for suite in ("readability newspaper", "trafilatura"):
        dated = [page for page in pages if page.published and page.name.split("/")[0] in suite]
        print(f"dates of {suite}: {_date_line(dated)}")  # noqa: T201


def _row(pages: Sequence[Page], reader: _Reader) -> list[str]:
    start = time.perf_counter()
    texts = [reader(page) for page in pages]
    seconds = time.perf_counter() - start
    scores = [score(text, page.text) for text, page in zip(texts, pages, strict=True)]
    means = [f"{statistics.fmean(values):.4f}" for values in zip(*scores, strict=True)]
    return [str(len(pages)), *means, f"{len(pages) / seconds:.1f}"]


def score(text: str, reference: str) -> tuple[float, float, float]:
    """Return precision, recall and F1 of the words of a text."""
    ours, theirs = (Counter(_WORD.findall(value.lower())) for value in (text, reference))
    common = (ours & theirs).total()
    precision, recall = common / max(1, ours.total()), common / max(1, theirs.total())
    return precision, recall, 2 * common / max(1, ours.total() + theirs.total())


def _readers() -> Iterator[tuple[str, _Reader]]:
    yield "dealbot", lambda page: _words(_read(page), frozenset())
    yield "dealbot without captions and bylines", lambda page: _words(_read(page), _BESIDE)
    yield "trafilatura", _trafilatura
    if importlib.util.find_spec("readability"):
        yield "readability-lxml", _readability


def _read(page: Page) -> Article:
    try:
        return read_html(page.html, page.name, page.name)
    except SourceError:
        return Article(id=page.name, text="")


def _words(article: Article, skipped: frozenset[BlockKind]) -> str:
    texts = []
    for block in article.blocks:
        if block.kind not in skipped:
            text = article.text[block.start : block.end]
            texts.append(_COLUMN.sub("", text) if block.kind is BlockKind.TABLE_ROW else text)
    return "\n".join(texts)


def _trafilatura(page: Page) -> str:
    from trafilatura import bare_extraction

    document: Any = bare_extraction(page.html, with_metadata=True, include_comments=False)
    return (document.text or "") if document else ""


def _readability(page: Page) -> str:
    readability = importlib.import_module("readability")
    from trafilatura.utils import decode_file

    try:
        return markup_text(readability.Document(decode_file(page.html)).summary())
    except (readability.readability.Unparseable, ValueError):
        return ""


def _date_line(pages: Sequence[Page]) -> str:
    found = [(_read(page).published, page.published) for page in pages]
    right = sum(ours == theirs for ours, theirs in found)
    none = sum(not ours for ours, _ in found)
    return f"{len(found)} known, {right} right, {none} without a date"


if __name__ == "__main__":
    main()
