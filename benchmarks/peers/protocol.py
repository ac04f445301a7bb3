"""What a peer is given and what it gives back; nothing of a peer, and nothing of dealbot."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

TOP = 10  # passages asked of every peer: what is judged needs three, the rest is for recall


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
# From the model's folder and the articles to what answers a question with ranked passages.
Build = Callable[[str, Sequence[Article]], Ask]
