"""Types shared by reading, building and searching."""

import os
from dataclasses import dataclass
from enum import StrEnum

AnyPath = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class Article:
    """One article as read. All offsets in the program count Unicode code points of `text`."""

    id: str
    text: str
    title: str = ""
    source: str = ""
    url: str = ""
    published: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range of code points: `text[start:end]`."""

    start: int
    end: int


class DenseType(StrEnum):
    """Type of the sentence vector index: exact, or compressed first and then rescored. AUTO chooses
    by the number of sentences."""

    AUTO = "auto"
    EXACT = "exact"
    COMPRESSED = "compressed"
