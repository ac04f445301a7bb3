"""Formats of article files: which reader reads which ending.

A reader's module is imported when the first file of its kind is read. Together they take over a
second to import, and most folders have files of one or two kinds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from index.errors import SourceError
from index.models import Article

_PACKAGE = __name__.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Format:
    """Reader of one kind of file. With `own_ids`, a file may hold several articles, with ids that
    they bring along; otherwise the file's name is the id, unless the function `names_itself` says
    that the first bytes may give another. A file may be `growth` times as large as
    the text of an article: a PDF has pictures, a mailbox has many mails."""

    module: str
    reader: str
    own_ids: bool = False
    growth: int = 1
    names_itself: str = ""

    def read(self, data: bytes, article_id: str, place: str) -> Iterator[Article | SourceError]:
        """Yield the articles of a file, and an error for each unusable one."""
        found = self.load()(data, article_id, place)
        if isinstance(found, Article):
            yield found
        else:
            yield from found

    def load(self) -> Any:
        """Import the reader."""
        return self._imported(self.reader)

    def has_own_id(self, beginning: bytes) -> bool:
        """Return whether a file that begins with these bytes may give its article an id."""
        return bool(self.names_itself) and self._imported(self.names_itself)(beginning)

    def _imported(self, name: str) -> Any:
        return getattr(import_module(f"{_PACKAGE}.{self.module}"), name)


# Read in `sources`: they are streamed, or need to know the files beside them.
JSON_ENDINGS, LINE_ENDINGS = (".json",), (".jsonl", ".ndjson")

FORMATS = {
    ".txt": Format("base.text_files", "read_plain"),
    **dict.fromkeys(
        (".md", ".markdown"), Format("markdown", "read_markdown", names_itself="names_itself")
    ),
    **dict.fromkeys((".html", ".htm", ".xhtml"), Format("web.html", "read_html")),
    ".pdf": Format("documents.pdf", "read_pdf", growth=20),
    ".docx": Format("documents.word", "read_word", growth=10),
    ".odt": Format("documents.open_document", "read_open_document", growth=10),
    ".rtf": Format("documents.rich_text", "read_rich_text", growth=10),
    ".epub": Format("documents.epub", "read_epub", growth=20),
    ".eml": Format("messages.mail", "read_eml", growth=10),
    ".mbox": Format("messages.mail", "read_mbox", own_ids=True, growth=100),
    **dict.fromkeys((".mht", ".mhtml"), Format("messages.mail", "read_mhtml", growth=10)),
    **dict.fromkeys(
        (".xml", ".rss", ".atom"), Format("feeds.xml_kinds", "read_xml", own_ids=True, growth=10)
    ),
    **dict.fromkeys((".csv", ".tsv"), Format("csv_records", "read_csv", own_ids=True, growth=100)),
    **dict.fromkeys((".vtt", ".srt", ".ttml"), Format("messages.captions", "read_captions")),
}
ENDINGS = (*FORMATS, *JSON_ENDINGS, *LINE_ENDINGS)
