"""What the generation before this build has read of articles whose texts are the same.

Splitting an article into sentences and reading their words takes most of the time of a build in
which few articles changed. All of it follows from an article's text and from the code that reads
it: where both are the same, it is copied.
"""

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

import index
from index.errors import IndexDamagedError, IndexMissingError
from index.files.publication import file_digest
from index.generations.generation import current_folder
from index.generations.manifest import Manifest, read_manifest
from index.stores.text_store import (
    ARTICLES,
    PASSAGES,
    SENTENCES,
    Layout,
    StoredArticle,
    TextStore,
    text_digest,
)
from index.stores.token_store import TOKENS, KnownTokens, TokenStore
from index.text.initials import INITIALS, Initials
from index.text.marks import TEACHES

# All that decides what is read of a text.
_CODE = ("sentences", "passages", "words", "initials", "marks", "tokens", "text_store")
_READ = (ARTICLES, SENTENCES, PASSAGES, INITIALS)


def reading_version() -> str:
    """Tells whether two builds read the same of the same text."""
    folder = Path(index.__file__).parent
    code = b"".join((folder / f"{name}.py").read_bytes() for name in _CODE)
    return hashlib.sha256(code + version("sentencex").encode()).hexdigest()[:16]


class Unchanged:
    """Articles of a generation by their texts."""

    def __init__(self, texts: TextStore, tokens: TokenStore, initials: Initials) -> None:
        self._texts, self._tokens, self._initials = texts, tokens, initials
        self._by_text = {article.sha256: article for article in texts.articles}
        self._found: dict[int, StoredArticle] = {}

    @classmethod
    def of(cls, index: Path) -> Self | None:
        """Those of the current generation, where it is intact and was read as this program
        reads."""
        try:
            folder = current_folder(index)
            manifest = read_manifest(folder)
            if manifest.reading != reading_version() or not _intact(folder, manifest):
                return None
            return cls(TextStore(folder), TokenStore(folder), Initials.load(folder))
        except (IndexMissingError, IndexDamagedError, OSError):
            return None

    def find(self, text: str, row: int) -> StoredArticle | None:
        """The article with this text, which is that of the new article `row`."""
        if (article := self._by_text.get(text_digest(text.encode()))) is not None:
            self._found[row] = article
        return article

    def layout(self, article: StoredArticle) -> Layout:
        return self._texts.layout(article)

    def teaches(self, article: StoredArticle) -> NDArray[np.bool_]:
        """Of which sentences initials are learnt."""
        rows = range(article.first_sentence, article.end_sentence)
        return (self._tokens.sentences.marks(rows) & TEACHES) > 0

    def tokens(self, initials: Initials) -> KnownTokens:
        """Those of the articles that were found, where initials stand for these now."""
        return KnownTokens(self._tokens, self._found, initials == self._initials)


def _intact(folder: Path, manifest: Manifest) -> bool:
    names = [name for name in manifest.files if name in _READ or name.startswith(f"{TOKENS}/")]
    return all(file_digest(folder / name) == manifest.files[name] for name in names)
