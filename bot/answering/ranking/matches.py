"""Matches of a question in a pool: which of the question's words are where."""

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from bot.answering.question.analysis import QuestionAnalysis
from bot.answering.ranking.candidate_words import Flags, Rows, have
from bot.answering.ranking.lexicon import Words
from bot.answering.ranking.pool import Array, Pool
from bot.answering.text.letters import is_long
from index.ranges import distinct, run_begins
from index.text.tokens import Tokens

# Trigram overlaps (Dice): above the first a word may be another form or spelling of a term; above
# the second an absent term counts as misspelt, not missing.
_SIMILAR, _MISSPELT = 0.4, 0.5


class QuestionMatches:
    """Tables of how often each candidate (rows) has each of the question's terms (columns). There
    is one table each for the sentence, its passage, its title, and the sentences before and after
    it."""

    def __init__(self, question: QuestionAnalysis, pool: Pool) -> None:
        self.question, self.pool, self.told = question, pool, pool.told
        self.terms = self.numbers(question.terms)
        places, found = pool.places, self._counted(pool.sentences)
        self.sentence, self.title = found[places.sentence], self._counted(pool.titles)[places.title]
        self.before, self.after = found[places.before], found[places.after]
        self.before[places.before < 0] = self.after[places.after < 0] = 0
        up_to = np.concatenate([np.zeros((1, len(self.terms)), int), np.cumsum(found, axis=0)])
        self.passage = up_to[places.passage_end] - up_to[places.passage]

    def numbers(self, stems: Iterable[str]) -> Words:
        """Look up the pool's numbers of these stems; -1 for a stem that the pool does not have."""
        return self.pool.lexicon.stem_numbers(stems)

    def _counted(self, texts: Tokens) -> Rows:
        """Count how often each text (rows) has each term (columns)."""
        term, place = np.nonzero(self.pool.lexicon.stems[texts.words] == self.terms[:, None])
        text = np.searchsorted(texts.starts, place, side="right") - 1
        shape = len(texts.starts) - 1, len(self.terms)
        counts = np.bincount(text * shape[1] + term, minlength=shape[0] * shape[1])
        return counts.reshape(shape)

    @cached_property
    def anywhere(self) -> Array:
        """The table `soft`, where a term in the passage or the title also counts."""
        anywhere: Array = np.maximum(self.soft, (self.passage > 0) | (self.title > 0))
        return anywhere

    @cached_property
    def passage_words(self) -> Rows:
        """Number of words in the passage of each candidate."""
        starts, places = self.pool.sentences.starts, self.pool.places
        return starts[places.passage_end] - starts[places.passage]

    def marked(self, mark: int) -> Flags:
        """Return which candidates have the mark."""
        return have(self.pool.sentences.marks[self.pool.places.sentence], mark)

    @cached_property
    def are_terms(self) -> Flags:
        """Table of the terms (rows) that each of the candidates' words (columns) is."""
        return self.told.that_are(self.terms)

    @cached_property
    def are_asked(self) -> Flags:
        """Table of the question's words (rows) that each of the candidates' words (columns) is."""
        return self.told.that_are(self.numbers(self.question.stems))

    @cached_property
    def are_new(self) -> Flags:
        """Flags of the candidates' words that the question does not have."""
        asked: Flags = np.logical_or.reduce(np.concatenate([self.are_asked, self.are_terms]))
        return ~asked

    @cached_property
    def _spellings(self) -> tuple[Words, Rows]:
        """One word for each spelling that the candidates have, and for each of their words the
        index of its spelling."""
        spellings = self.pool.lexicon.spellings[self.told.words]
        order = np.argsort(spellings, kind="stable")
        begins = run_begins(spellings[order])
        which = np.empty(len(order), np.int64)
        which[order] = np.cumsum(begins) - 1
        return self.told.words[order[begins]], which

    @cached_property
    def weight(self) -> Array:
        """Total weight of the distinct words of each candidate."""
        words, which = self._spellings
        has = np.zeros((len(self.pool), len(words)), bool)
        has[self.told.of, which] = True
        weight: Array = has @ self.pool.lexicon.weights[words]
        return weight

    @cached_property
    def soft(self) -> Array:
        """Table of the terms (columns) that each candidate (rows) has, from 0 to 1. A similar word
        counts in part."""
        has = self.sentence > 0
        soft: Array = has.astype(float)
        columns = self._long_terms(~np.logical_and.reduce(has))
        if columns:
            words, which = self._spellings
            alike = self._alike(self.pool.lexicon.spellings[words], columns)[which]
            best = np.maximum.reduceat(alike, self.told.starts, axis=0)
            similar = np.where(best > _SIMILAR, best, 0.0)
            soft[:, columns] = np.where(has[:, columns], 1.0, similar)
        return soft

    def absent(self, candidates: Rows) -> Array:
        """Compute for each term 1 if none of these candidates or their titles has it, and 0 if one
        has it. A word with a similar spelling gives a value between."""
        found = self.sentence[candidates] + self.title[candidates] > 0
        lacking = ~np.logical_or.reduce(found)
        absent: Array = lacking.astype(float)
        columns = self._long_terms(lacking)
        if columns:
            alike = self._alike(self._stems_of(candidates), columns).max(axis=0)
            absent[columns] = np.where(alike > _MISSPELT, 1 - alike, 1.0)
        return absent

    def _long_terms(self, among: Flags) -> list[int]:
        """Select the terms that are long enough to be compared with similar words."""
        words = self.question.words
        return [term for term in np.flatnonzero(among).tolist() if is_long(words[term])]

    def _alike(self, strings: Words, terms: Sequence[int]) -> Array:
        words = [self.question.words[term] for term in terms]
        return self.pool.lexicon.letters.alike(strings, words)

    def _stems_of(self, candidates: Rows) -> Words:
        """Collect the distinct stems of these candidates and their titles. The sentinel's stem, 0,
        is among them."""
        pool, among = self.pool, np.zeros(len(self.pool), bool)
        among[candidates] = True
        titles = np.zeros(len(pool.titles.starts) - 1, bool)
        titles[pool.places.title[candidates]] = True
        in_titles = pool.titles.words[np.repeat(titles, np.diff(pool.titles.starts))]
        found = [self.told.stems[among[self.told.of]], pool.lexicon.stems[in_titles]]
        return distinct(np.concatenate(found))
