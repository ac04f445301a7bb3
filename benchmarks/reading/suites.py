"""Pages with reference texts from clones of public test suites."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32


@dataclass(frozen=True, slots=True)
class Page:
    """A web page, its reference text ("" if unknown) and its known date ("" if unknown)."""

    name: str
    html: bytes
    text: str
    published: str = ""

    @property
    def tuning(self) -> bool:
        """Return whether the page belongs to the half that the reader was tuned on."""
        return crc32(self.name.encode()) % 2 == 0


def pages_in(folder: Path) -> list[Page]:
    """Return the pages of all suites that are cloned in a folder."""
    return [
        page
        for suite in (_scrapinghub, _readability, _newspaper, _trafilatura)
        for page in suite(folder)
    ]


def _scrapinghub(folder: Path) -> Iterator[Page]:
    """Yield the pages of scrapinghub/article-extraction-benchmark."""
    for truth in sorted(folder.glob("*/ground-truth.json")):
        for name, record in sorted(_json(truth).items()):
            packed = truth.parent / "html" / f"{name}.html.gz"
            yield Page(
                f"scrapinghub/{name}", gzip.decompress(packed.read_bytes()), record["articleBody"]
            )


def _readability(folder: Path) -> Iterator[Page]:
    """Yield the pages of mozilla/readability."""
    for source in sorted(folder.glob("*/test/test-pages/*/source.html")):
        expected = source.with_name("expected.html").read_text("utf-8")
        metadata = _json(source.with_name("expected-metadata.json"))
        name = f"readability/{source.parent.name}"
        yield Page(
            name, source.read_bytes(), markup_text(expected), _day(metadata.get("publishedTime"))
        )


def _newspaper(folder: Path) -> Iterator[Page]:
    """Yield the pages of AndyTheFactory/newspaper4k."""
    for source in sorted(folder.glob("*/tests/data/html/*.html")):
        data = source.parents[1]
        text, metadata = (
            data / "txt" / f"{source.stem}.txt",
            data / "metadata" / f"{source.stem}.json",
        )
        if text.exists():
            date = _json(metadata).get("publish_date") if metadata.exists() else ""
            yield Page(
                f"newspaper/{source.stem}", source.read_bytes(), text.read_text("utf-8"), _day(date)
            )


def _trafilatura(folder: Path) -> Iterator[Page]:
    """Yield the pages of adbar/trafilatura. They have dates, but no reference text."""
    for index in sorted(folder.glob("*/tests/evaldata.json")):
        for record in _json(index).values():
            places = [index.parent / place / record["file"] for place in ("cache", "eval")]
            source = next((place for place in places if place.exists()), None)
            if source and record.get("date"):
                name = f"trafilatura/{record['file']}"
                yield Page(name, source.read_bytes(), "", _day(record["date"]))


def markup_text(html: str) -> str:
    """Return all text of an HTML fragment, with a space between blocks."""
    from lxml import html as lxml_html  # type: ignore[import-untyped]  # ships no types

    if not html.strip():
        return ""
    tree = lxml_html.fromstring(f"<div>{html}</div>")
    return " ".join(tree.xpath(".//text()[not(ancestor::script) and not(ancestor::style)]"))


def _json(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text("utf-8")))


def _day(date: str | None) -> str:
    return (date or "")[:10]
