"""The candidate sentences for one question and what surrounds them, as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bot.answering.ranking.candidate_words import CandidateWords, Rows
from bot.answering.ranking.lexicon import Lexicon
from index.generations.reader import Generation, TextStore
from index.models import BlockKind
from index.ranges import distinct, in_ranges, starts_of
from index.retrieval import SentenceHit
from index.text.tokens import Tokens

Array = NDArray[np.float64]

# Words read per text. A "sentence" of 64 kB, such as a table without line breaks, would delay all
# requests.
READ_WORDS = 400


@dataclass(frozen=True, slots=True)
class Places:
    """The rows of each candidate and its surroundings in the pool's sentences and titles. `before`
    and `after` are -1 if the article has no such sentence. A passage goes from `passage` to
    `passage_end` (exclusive). `article` is a number that identifies the article. The candidate is
    at `position` among the `count` sentences of its article. `dense` and `passage_dense` are the
    cosines of the question with the sentence and with its passage."""

    sentence: Rows
    before: Rows
    after: Rows
    passage: Rows
    passage_end: Rows
    title: Rows
    article: Rows
    position: Rows
    count: Rows
    dense: Array
    passage_dense: Array

    def only(self, candidates: Sequence[int]) -> Self:
        """Select these candidates."""
        chosen = {each.name: getattr(self, each.name)[list(candidates)] for each in fields(self)}
        return replace(self, **chosen)

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Concatenate all parts."""
        return cls(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(cls)))


@dataclass(frozen=True)
class Pool:
    """Candidates, and the sentences and titles that are read for them."""

    lexicon: Lexicon
    sentences: Tokens
    titles: Tokens
    places: Places

    @classmethod
    def of(cls, lexicon: Lexicon, sentences: Tokens, titles: Tokens, places: Places) -> Self:
        """Build a pool. Each text is cut at READ_WORDS words, and the lexicon reads those."""
        sentences, titles = _shortened(sentences), _shortened(titles)
        for texts in (sentences, titles):
            lexicon.read(texts.words)
        return cls(lexicon, sentences, titles, places)

    @cached_property
    def told(self) -> CandidateWords:
        """The words of the candidates themselves."""
        return CandidateWords.by(self.sentences, self.places.sentence, self.lexicon)

    def __len__(self) -> int:
        return len(self.places.sentence)

    def only(self, candidates: Sequence[int]) -> Self:
        """Return the pool with only these candidates, which must be in its order."""
        if len(candidates) == len(self):
            return self
        return replace(self, places=self.places.only(candidates))


def retrieved(generation: Generation, lexicon: Lexicon, hits: Sequence[SentenceHit]) -> Pool:
    """Build the pool of the hits of a search, at least one. No text is read: the words of the
    sentences are stored with the generation."""
    found = [hit.sentence for hit in hits]
    sentence = np.array([each.row for each in found])
    article = np.array([each.article.row for each in found])
    first = np.array([each.article.first_sentence for each in found])
    end = np.array([each.article.end_sentence for each in found])
    passage, passage_end = generation.texts.bounds_of(np.array([each.passage for each in found]))
    from_row = np.minimum(passage, np.maximum(sentence - 1, first))
    to_row = np.maximum(passage_end, np.minimum(sentence + 2, end))
    rows, articles = distinct(in_ranges(from_row, to_row - from_row)), distinct(article)
    at = np.searchsorted(rows, sentence)
    places = Places(
        sentence=at,
        before=np.where(sentence > first, at - 1, -1),
        after=np.where(sentence + 1 < end, at + 1, -1),
        passage=np.searchsorted(rows, passage),
        passage_end=np.searchsorted(rows, passage_end),
        title=np.searchsorted(articles, article),
        article=article,
        position=sentence - first,
        count=end - first,
        dense=np.array([hit.dense for hit in hits]),
        passage_dense=np.array([hit.passage_dense for hit in hits]),
    )
    sentences = generation.tokens.sentences.read(rows)
    answers = np.flatnonzero(_answers_question(generation.texts, sentence, first))
    if len(answers):
        sentences, whole = _behind_questions(sentences, at[answers])
        places = replace(places, sentence=at.copy())
        places.sentence[answers] = whole
    return Pool.of(lexicon, sentences, generation.tokens.titles.read(articles), places)


def _answers_question(texts: TextStore, sentence: Rows, first: Rows) -> NDArray[np.bool_]:
    """Return which sentences follow a question of their article. `first` are the first sentences of
    the articles."""
    kinds = texts.kinds(np.maximum(sentence - 1, 0))
    asks = np.array([kind is BlockKind.QUESTION for kind in kinds])
    return asks & (sentence > first)


def _behind_questions(sentences: Tokens, answers: Rows) -> tuple[Tokens, Rows]:
    """Append each answer once more, behind the words of the question before it: "Not before 2031"
    says little alone. Return all texts, and where the appended ones are."""
    starts = sentences.starts
    first = starts[answers - 1]
    lengths = starts[answers + 1] - first
    added = in_ranges(first, lengths)
    both = Tokens(
        np.append(sentences.words, sentences.words[added]),
        np.append(sentences.gaps, sentences.gaps[added]),
        np.append(starts, starts[-1] + np.cumsum(lengths)),
        np.append(sentences.marks, sentences.marks[answers]),
    )
    return both, len(sentences.marks) + np.arange(len(answers))


def _shortened(tokens: Tokens) -> Tokens:
    lengths = np.diff(tokens.starts)
    if (lengths <= READ_WORDS).all():
        return tokens
    lengths = np.minimum(lengths, READ_WORDS)
    kept = in_ranges(tokens.starts[:-1], lengths)
    return Tokens(tokens.words[kept], tokens.gaps[kept], starts_of(lengths), tokens.marks)
