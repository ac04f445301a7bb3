"""The types that pass between reading, building and searching."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Article:
    """One article as read. All offsets everywhere count Unicode code points of `text`."""

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
    """How sentences' vectors are searched: all of them exactly, or first in a compressed form.
    AUTO chooses by their number."""

    AUTO = "auto"
    EXACT = "exact"
    COMPRESSED = "compressed"
