"""Generated articles, questions about them, and an encoder that makes clustered vectors of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from random import Random

import numpy as np

from benchmarks.corpus import SEED, GeneratedArticle, generate
from index.encoder.encoder import Encoder
from index.models import Article
from index.stores.dense import Vectors
from index.stores.titled import titled_vectors

_DIMENSION = 384
_CLUSTERS = 4096
_SPREAD = 0.8  # length of what a sentence adds to the centre of its cluster
_ASIDE = 0.6  # length of what a question adds to the vector of its sentence
_CHANGED = 100  # one in so many articles


def articles(sentences: int, *, changed: bool = False) -> Iterator[Article]:
    """Yield articles with so many sentences. With `changed`, one in a hundred has another text."""
    for place, each in enumerate(generate(sentences)):
        record = each.record
        text = record["text"]
        if changed and place % _CHANGED == 0:
            text = text.replace(" the ", " that ").replace(" in ", " inside ")
        yield Article(
            id=record["id"],
            text=text,
            title=record["title"],
            source=record["source"],
            published=record["published"],
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answering sentence, and the title of its article."""

    question: str
    title: str
    answer: str


def questions(sentences: int, count: int, *, of_changed: bool = False) -> list[Asked]:
    """Draw questions about the articles evenly; with `of_changed` only about those that change."""
    found = {}
    for place, each in enumerate(generate(sentences)):
        if place % _CHANGED == 0 or not of_changed:
            drawn = Random(f"{SEED}/{each.record['id']}")
            for asked in each.questions if of_changed else [drawn.choice(each.questions)]:
                found[asked.question] = _asked(each, asked.question, asked.start, asked.end)
    drawn_from = list(found.values())
    return Random(SEED).sample(drawn_from, min(count, len(drawn_from)))


def _asked(of: GeneratedArticle, question: str, start: int, end: int) -> Asked:
    return Asked(question, of.record["title"], of.record["text"][start:end])


class GeneratedEncoder(Encoder):
    """Encoder whose vectors follow from a hash of the text, in clusters. A question is near its
    answering sentence. With `timed`, that encoder reads each question, too, so that its time
    counts."""

    def __init__(self, asked: Sequence[Asked] = (), timed: Encoder | None = None) -> None:
        # The model of the base class is not loaded: nothing is read.
        self.id, self.dimension = "generated", _DIMENSION
        self._asked: Mapping[str, Asked] = {each.question: each for each in asked}
        self._timed = timed

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        if self._timed is not None:
            self._timed.encode_queries(texts)
        vectors = np.stack([self._answering(text) for text in texts])
        aside = np.stack([_drawn(f"asked {text}") for text in texts])
        return _units(vectors + _ASIDE * aside)

    def encode_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        if progress:
            progress(len(texts))
        return np.stack([_vector(text) for text in texts])

    def _answering(self, question: str) -> Vectors:
        """Return the vector of the sentence that answers, or else of the question itself."""
        if (asked := self._asked.get(question)) is None:
            return _vector(question)
        answers, titles = (_vector(text)[None] for text in (asked.answer, asked.title))
        vector: Vectors = titled_vectors(answers, titles)[0]
        return vector


def _vector(text: str) -> Vectors:
    cluster = int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) % _CLUSTERS
    return _units(_centre(cluster) + _SPREAD * _drawn(text))


@lru_cache(_CLUSTERS)
def _centre(cluster: int) -> Vectors:
    return _drawn(f"cluster {cluster}")


def _drawn(text: str) -> Vectors:
    seed = int.from_bytes(blake2b(text.encode(), digest_size=8).digest())
    numbers: Vectors = np.random.default_rng(seed).standard_normal(_DIMENSION, np.float32)
    return _units(numbers)


def _units(vectors: Vectors) -> Vectors:
    units: Vectors = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return units
