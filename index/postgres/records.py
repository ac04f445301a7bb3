"""The row of an article: its text, its layout and its tokens, with a checksum of all."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexDamagedError
from index.ranges import starts_of
from index.stores.text_store import Layout, StoredArticle, text_digest

# The columns that a reader fetches and a checksum covers, in this order.
COLUMNS = (
    *("meta", "text", "sentences", "passages", "kinds", "blocks"),
    *("tokens", "token_counts", "marks", "title_tokens"),
)
# They follow from the place of the article in a generation.
_OF_PLACE = {"row", "byte_start", "byte_end", "first_sentence", "end_sentence"}
_OF_PLACE |= {"first_block", "end_block"}
_META = tuple(field.name for field in fields(StoredArticle) if field.name not in _OF_PLACE)
_INT, _COUNT, _TOKEN = np.dtype("<i8"), np.dtype("<u4"), np.dtype("<u4")


def meta_of(article: StoredArticle) -> bytes:
    """Serialize the metadata that does not depend on the generation."""
    values = {name: getattr(article, name) for name in _META}
    return json.dumps(values, ensure_ascii=False).encode()


def layout_columns(layout: Layout) -> dict[str, bytes]:
    return {
        "sentences": layout.sentences.astype(_INT).tobytes(),
        "passages": layout.passages.astype(_INT).tobytes(),
        "kinds": layout.kinds.astype(np.uint8).tobytes(),
        "blocks": layout.blocks.astype(_INT).tobytes(),
    }


def digest_of(columns: Mapping[str, Any], vectors: bytes) -> bytes:
    """Return the checksum of an article's row and of its sentences' vectors."""
    digest = hashlib.sha256()
    for name in COLUMNS:
        digest.update(len(columns[name]).to_bytes(8, "little"))
        digest.update(columns[name])
    digest.update(bytes([columns["title_marks"]]))
    digest.update(vectors)
    return digest.digest()


@dataclass(frozen=True)
class Place:
    """The place of an article in a generation."""

    row: int
    first_sentence: int
    first_passage: int


@dataclass(frozen=True)
class ArticleRecord:
    """An article as a reader holds it."""

    article: StoredArticle
    place: Place
    data: bytes
    layout: Layout
    tokens: NDArray[np.uint32]
    token_starts: NDArray[np.int64]
    marks: NDArray[np.uint8]
    title: NDArray[np.uint32]
    title_marks: int

    @classmethod
    def of(cls, place: Place, columns: Mapping[str, Any], where: str) -> "ArticleRecord":
        """Read a row. Raises IndexDamagedError if the text does not match its checksum."""
        article = stored_article(place, columns)
        if text_digest(columns["text"]) != article.sha256:
            raise IndexDamagedError(
                f"The text of the article {article.id!r} in {where} is damaged: its checksum does "
                f"not match. See all damage with: dealbot index verify --index {where}"
            )
        return cls(
            article=article,
            place=place,
            data=columns["text"],
            layout=Layout(
                _table(columns["sentences"], 5),
                _table(columns["passages"], 2),
                np.frombuffer(columns["kinds"], np.uint8),
                _table(columns["blocks"], 4),
            ),
            tokens=np.frombuffer(columns["tokens"], _TOKEN),
            token_starts=starts_of(np.frombuffer(columns["token_counts"], _COUNT).astype(np.int64)),
            marks=np.frombuffer(columns["marks"], np.uint8),
            title=np.frombuffer(columns["title_tokens"], _TOKEN),
            title_marks=columns["title_marks"],
        )

    @cached_property
    def text(self) -> str:
        return self.data.decode()


def stored_article(place: Place, columns: Mapping[str, Any]) -> StoredArticle:
    """Build the metadata of an article at its place in a generation. Offsets in bytes count from
    the beginning of its own text."""
    return StoredArticle(
        row=place.row,
        byte_start=0,
        byte_end=columns["text_bytes"],
        first_sentence=place.first_sentence,
        end_sentence=place.first_sentence + columns["sentence_count"],
        first_block=0,
        end_block=columns["block_count"],
        **json.loads(columns["meta"]),
    )


def _table(data: bytes, columns: int) -> NDArray[np.int64]:
    return np.frombuffer(data, _INT).reshape(-1, columns)
