"""Types shared by reading, building and searching."""

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

AnyPath = str | os.PathLike[str]
DATABASE_URLS = ("postgresql:", "postgres:")  # beginnings of a URL of PostgreSQL
BUILDS = Path("data/builds")  # files of builds whose index is on a server


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range of code points: `text[start:end]`."""

    start: int
    end: int


class BlockKind(StrEnum):
    """Kind of a part of an article. The order is that of the numbers stored in an index, so new
    kinds go to the end."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    QUOTE = "quote"
    TABLE_ROW = "table row"
    LIST_ITEM = "list item"
    CAPTION = "caption"
    QUESTION = "question"
    SPEAKER = "speaker"  # opens with the name of the person who says it
    NOTE = "note"
    CORRECTION = "correction"
    BYLINE = "byline"
    WITHDRAWN = "withdrawn"  # a correction in the same article takes it back


# Kinds that state nothing, or nothing that still holds. They are never evidence.
NOT_EVIDENCE = frozenset(
    {
        BlockKind.HEADING,
        BlockKind.CAPTION,
        BlockKind.QUESTION,
        BlockKind.BYLINE,
        BlockKind.WITHDRAWN,
    }
)


@dataclass(frozen=True, slots=True)
class Block:
    """A part of an article's text, of one kind. `page` is the page of a document, counted from 1;
    0 if the format has no pages."""

    kind: BlockKind
    start: int
    end: int
    page: int = 0


@dataclass(frozen=True, slots=True)
class Omission:
    """Text of a file that was left out of its article: why, how many words, and how it begins."""

    reason: str
    words: int
    sample: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """One article as read. All offsets in the program count Unicode code points of `text`.

    `blocks` are in order and do not overlap; they are empty if the format has no structure.
    `omitted` is what the reader left out. `notes` say what the reader had to assume, such as a
    charset.

    An article may have a history of versions, counted from 1. The newest keeps the article's id;
    an earlier one has the id `ID@VERSION` and names the newest in `version_of`. `seen` is the time
    when this text was first seen, and `replaced` the time from which it no longer holds, because a
    newer version replaced it or the publisher withdrew it. Both are ISO 8601 in UTC, or "" if
    unknown or still valid. `feed` names the feed that gave the text, "" if unknown: several feeds
    may give one article different texts at the same time. `editions` counts the shorter ones, which
    are left out."""

    id: str
    text: str
    title: str = ""
    source: str = ""
    url: str = ""
    published: str = ""
    blocks: tuple[Block, ...] = ()
    omitted: tuple[Omission, ...] = ()
    notes: tuple[str, ...] = ()
    seen: str = ""
    replaced: str = ""
    version: int = 1
    version_of: str = ""
    feed: str = ""
    editions: int = 0


class DenseType(StrEnum):
    """Type of the sentence vector index: exact, or compressed first and then rescored. AUTO chooses
    by the number of sentences."""

    AUTO = "auto"
    EXACT = "exact"
    COMPRESSED = "compressed"
