"""Reuse of what the previous generation read from articles with unchanged texts.

Splitting articles into sentences and reading their words takes most of the time of a build in which
few articles changed. The result depends only on an article's text and on the code that reads it. If
both are the same, the result is copied.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexDamagedError, IndexMissingError
from index.files.publication import file_digest
from index.generations.generation import current_folder
from index.generations.manifest import Manifest, read_manifest
from index.models import Article
from index.stores.text_store import (
    ARTICLES,
    BLOCKS,
    KINDS,
    PASSAGES,
    SENTENCES,
    FileTextStore,
    Layout,
    StoredArticle,
    blocks_digest,
    text_digest,
)
from index.stores.token_store import TOKENS, FileTokenStore
from index.stores.token_writer import KnownTokens
from index.text.initials import INITIALS, Initials
from index.text.marks import TEACHES, teaches

# All code that determines what is read from a text.
_CODE = (
    *(
        f"text/{name}.py"
        for name in (
            "blocks",
            "sentences",
            "boundaries",
            "corrections",
            "quantities",
            "passages",
            "words",
            "initials",
            "marks",
            "tokens",
        )
    ),
    "stores/text_store.py",
)
_READ = (ARTICLES, SENTENCES, PASSAGES, KINDS, BLOCKS, INITIALS)


def reading_version() -> str:
    """Return a hash of the code that reads texts. Two builds with the same hash read the same from
    the same text."""
    folder = Path(__file__).parents[1]
    code = b"".join((folder / name).read_bytes() for name in _CODE)
    return hashlib.sha256(code).hexdigest()[:16]


class Unchanged:
    """Articles of the previous generation, found by their texts."""

    def __init__(self, texts: FileTextStore, tokens: FileTokenStore, initials: Initials) -> None:
        self._texts, self._tokens, self.initials = texts, tokens, initials
        self.count = len(texts.articles)
        self._by_text = {_content(each): each for each in texts.articles}
        self._found: dict[int, StoredArticle] = {}

    @classmethod
    def of(cls, index: Path) -> Self | None:
        """Open the current generation; None if it is missing, damaged or was read by other code."""
        try:
            folder = current_folder(index)
            manifest = read_manifest(folder)
            if manifest.reading != reading_version() or not _intact(folder, manifest):
                return None
            return cls(FileTextStore(folder), FileTokenStore(folder), Initials.load(folder))
        except (IndexMissingError, IndexDamagedError, OSError):
            return None

    def find(self, article: Article, row: int) -> StoredArticle | None:
        """Return the stored article with this text and these blocks, or None. A found article is
        remembered as that of the new article `row`."""
        content = text_digest(article.text.encode()), blocks_digest(article.blocks)
        if (found := self._by_text.get(content)) is not None:
            self._found[row] = found
        return found

    def layout(self, article: StoredArticle) -> Layout:
        return self._texts.layout(article)

    def teaches(self, article: StoredArticle) -> NDArray[np.bool_]:
        """Return a mask of the article's sentences from which initials are learnt."""
        rows = range(article.first_sentence, article.end_sentence)
        return (self._tokens.sentences.marks(rows) & TEACHES) > 0

    def taught(self, row: int, texts: Sequence[str], known: StoredArticle | None) -> bool:
        """Return whether initials were learnt from just these texts of the article in a row: its
        title and sentences. `known` is the stored article that they are from, if it is known."""
        article = self._texts.articles[row]
        if article.title != texts[0]:
            return False
        if known:
            return _content(known) == _content(article)
        try:
            text = self._texts.article_text(article)
        except IndexDamagedError:
            return False
        spans = self._texts.spans(article)[self.teaches(article)].tolist()
        return [text[start:end] for start, end in spans] == [*filter(teaches, texts[1:])]

    def sentence_rows(self, texts: FileTextStore) -> NDArray[np.int64]:
        """Return for each sentence of the new generation the row of the same sentence here, of an
        article found so far with the same title; -1 for other sentences."""
        rows = np.full(texts.sentence_count, -1, np.int64)
        for row, old in self._found.items():
            article = texts.articles[row]
            if article.title == old.title:
                own = slice(article.first_sentence, article.end_sentence)
                rows[own] = np.arange(old.first_sentence, old.end_sentence)
        return rows

    def passages_of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the passage row of each sentence row."""
        return self._texts.passages_of(rows)

    def tokens(self, initials: Initials) -> KnownTokens:
        """Return the tokens of the articles found so far; `initials` are those of the new
        generation."""
        return KnownTokens(self._tokens, self._found, initials == self.initials)


def _content(article: StoredArticle) -> tuple[str, str]:
    """Return what the sentences of an article depend on."""
    return article.sha256, article.given_blocks


def _intact(folder: Path, manifest: Manifest) -> bool:
    names = [name for name in manifest.files if name in _READ or name.startswith(f"{TOKENS}/")]
    return all(file_digest(folder / name) == manifest.files[name] for name in names)
