"""Types of what a peer gets and returns, independent of any peer and of dealbot."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

TOP = 10  # passages asked of every peer; judging needs three, recall needs the rest
CANDIDATES = 12  # passages that a reranker reads: MOST_JUDGED of dealbot's judge


@dataclass(frozen=True, slots=True)
class Article:
    """One text of the corpus."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Text that a peer returned. A higher score is better, whatever the peer's own measure."""

    article_id: str
    text: str
    score: float


Ask = Callable[[str], list[Passage]]


@dataclass(frozen=True, slots=True)
class Built:
    """Index of a peer in memory. `ask` answers a question with ranked passages; `save` writes the
    index to a folder as the peer's documentation shows."""

    ask: Ask
    save: Callable[[Path], None]


# Each peer has one or more Build functions, which take the model's folder and the articles, and one
# Open function, which takes the model's folder and the index's folder.
Build = Callable[[str, Sequence[Article]], Built]
Open = Callable[[str, Path], Ask]
# Some peers have an OpenReranked function, which also takes a cross-encoder's folder and reranks
# CANDIDATES. It imports the reranker itself, so that the start and memory of the others do not
# grow.
OpenReranked = Callable[[str, Path, str], Ask]
