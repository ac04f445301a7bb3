"""Sentences about a topic, found by the retrieval that questions use."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.answering.overview.material import stating
from bot.answering.question.analysis import FILLERS, WordWeights, stem
from bot.answering.question.follow_up import Understood
from index.generations.reader import Generation
from index.period import Period
from index.retrieval import Searcher, SentenceHit
from index.stores.text_store import StoredSentence
from index.text.words import read_words

_RETRIEVED = 200  # sentences; a topic of a long story has about as many
# A sentence belongs to the topic if it scores this share of the best one, has a word of the topic,
# and has, with its title, this share of the topic's words and the rarest of them.
_SHARE, _WORDS = 0.5, 0.5


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it was understood, and its embedding of shape (dimension,)."""

    understood: Understood
    vector: NDArray[np.float32]


def sentences_about(
    searcher: Searcher,
    generation: Generation,
    topic: Topic,
    weights: WordWeights,
    period: Period,
) -> list[SentenceHit]:
    """Return the sentences about a topic that hold in the period, best first; none if no sentence
    is about it."""
    text = topic.understood.text
    hits = searcher.search_sentences(generation, text, topic.vector, _RETRIEVED, period)
    told = {each.row for each in stating(generation, [hit.sentence for hit in hits])}
    words = _Words(topic.understood.asked, generation, weights)
    return [
        hit
        for hit in hits
        if hit.sentence.row in told
        and hit.score >= _SHARE * hits[0].score
        and words.fit(hit.sentence)
    ]


class _Words:
    """Content words of a topic, as stems."""

    def __init__(self, topic: str, generation: Generation, weights: WordWeights) -> None:
        self._expand = generation.initials.expand
        words = [word.lower for word in read_words(self._expand(topic))]
        content = [word for word in words if word not in FILLERS]
        self._stems = {stem(word) for word in content}
        self._rarest = stem(max(content, key=weights.weight)) if content else ""

    def fit(self, sentence: StoredSentence) -> bool:
        """Return whether the sentence, with its title, is about the topic."""
        if not self._stems:
            return True
        said = self._in(sentence.text)
        there = said | self._in(sentence.article.title)
        return bool(said) and self._rarest in there and len(there) >= _WORDS * len(self._stems)

    def _in(self, text: str) -> set[str]:
        return self._stems & {stem(word.lower) for word in read_words(self._expand(text))}
