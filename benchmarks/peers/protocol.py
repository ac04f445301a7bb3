"""What a peer is given and what it gives back; nothing of a peer, and nothing of dealbot."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

TOP = 10  # passages asked of every peer: what is judged needs three, the rest is for recall
CANDIDATES = 12  # that a reranker reads: as many as dealbot's judge, its MOST_JUDGED


@dataclass(frozen=True, slots=True)
class Article:
    """One text of the corpus."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that a peer returned; of two scores the higher is the better, whatever the peer's own
    measure is."""

    article_id: str
    text: str
    score: float


Ask = Callable[[str], list[Passage]]


@dataclass(frozen=True, slots=True)
class Built:
    """A peer's index in memory: what answers a question with ranked passages, and what keeps it in
    a folder as the peer's documentation shows."""

    ask: Ask
    save: Callable[[Path], None]


# Each peer has one or more of the first, from the model's folder and the articles, and one of the
# second, from the model's folder and the one that the index was kept in.
Build = Callable[[str, Sequence[Article]], Built]
Open = Callable[[str, Path], Ask]
# Some have a third, which also takes the folder of a cross-encoder and reranks CANDIDATES with it.
# It imports the reranker itself: the others' start and memory must not grow by it.
OpenReranked = Callable[[str, Path, str], Ask]
