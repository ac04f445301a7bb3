"""Match between the kind of thing that a question asks for and what each candidate contains."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bot.answering.question.answer_kind import AnswerKind
from bot.answering.ranking.candidate_words import CandidateWords, Flags, Rows, have
from bot.answering.ranking.lexicon import (
    CAPITAL,
    DATE,
    DAY,
    EVERYDAY,
    FILLER,
    NUMBER,
    PERCENT,
    PLACE_NEXT,
    THE,
    TITLE,
)
from bot.answering.ranking.matches import QuestionMatches
from bot.answering.ranking.pool import Array
from index.ranges import starts_of
from index.text.marks import MONEY, REASON
from index.text.tokens import ADJOINS, COMMA, SPACE

_ASKS_FOR_NUMBER = {AnswerKind.AMOUNT, AnswerKind.COUNT, AnswerKind.DATE}
_ASKS_FOR_ANYTHING = {AnswerKind.REASON, AnswerKind.MANNER}


@dataclass(frozen=True, slots=True)
class Mentions:
    """Mentions of names, or of numbers and days, in the candidates' words. `first` and `last` are
    the indices of the first and last word of each. `new` marks those with a word that the question
    does not have."""

    first: Rows
    last: Rows
    new: Flags

    @classmethod
    def of(cls, first: Rows, last: Rows, reading: QuestionMatches) -> "Mentions":
        new_before = starts_of(reading.are_new)
        return cls(first, last, new_before[last + 1] > new_before[first])


class AnswerTypes:
    """Counts of the kinds of things that questions ask for, one number per candidate."""

    def __init__(self, reading: QuestionMatches) -> None:
        self._reading, self._told = reading, reading.told
        self.names = Mentions.of(*_capitalised_runs(reading.told), reading)
        numbers = np.flatnonzero(reading.told.are(NUMBER | DAY))
        self.numbers_and_days = Mentions.of(numbers, numbers, reading)

    @cached_property
    def _new_names(self) -> tuple[Rows, Rows]:
        """Indices of the first and the last word of each new name."""
        return self.names.first[self.names.new], self.names.last[self.names.new]

    @cached_property
    def new_names(self) -> Rows:
        return self._told.count(self._told.of[self._new_names[0]])

    @cached_property
    def new_places(self) -> Rows:
        """Number of new names in the position of a place name: after a word like "in", or after a
        comma."""
        first = self._new_names[0]
        return self._told.count(self._told.of[first[_after_place_words(self._told, first)]])

    @cached_property
    def new_persons(self) -> Rows:
        """Number of new names that have two to four words or begin with a title."""
        first, last = self._new_names
        words = last - first + 1
        persons = ((words > 1) & (words <= 4)) | self._told.are(TITLE)[first]
        return self._told.count(self._told.of[first[persons]])

    @cached_property
    def new_numbers(self) -> Rows:
        return self._told.distinct(self._told.are(NUMBER) & self._reading.are_new)

    @cached_property
    def new_dates(self) -> Rows:
        return self._told.distinct(self._told.are(DATE) & self._reading.are_new)

    def fits(self) -> Array:
        """Score from 1 to -1 how well each candidate has the kind that the question asks for. The
        score is 0 if the words cannot decide it."""
        names = np.where(self.new_names > 0, 0.5, -1.0)
        match self._reading.question.kind:
            case AnswerKind.AMOUNT:
                return np.where(
                    self._reading.marked(MONEY), 1.0, np.where(self.new_numbers > 0, 0.0, -1.0)
                )
            case AnswerKind.COUNT:
                return _fits((self.new_numbers > 0) | self._told.with_any(PERCENT), -1.0)
            case AnswerKind.DATE:
                return _fits((self.new_dates > 0) | (self.new_numbers > 0), -1.0)
            case AnswerKind.PERSON:
                return _fits(self.new_persons > 0, names)
            case AnswerKind.ORGANISATION:
                return _fits(self.new_names > 0, -1.0)
            case AnswerKind.PLACE:
                return _fits(self.new_places > 0, names)
            case AnswerKind.REASON:
                return _fits(self._reading.marked(REASON), -0.5)
            case _:
                return np.zeros(len(self.new_names))

    def may_answer(self) -> tuple[Rows, Rows]:
        """Return the indices of the first and the last word of each new name or number of the kind
        that the question asks for."""
        kind = self._reading.question.kind
        wanted = []
        if kind in _ASKS_FOR_ANYTHING or kind not in _ASKS_FOR_NUMBER:
            wanted.append(self.names)
        if kind in _ASKS_FOR_ANYTHING or kind in _ASKS_FOR_NUMBER:
            wanted.append(self.numbers_and_days)
        first = np.concatenate([each.first[each.new] for each in wanted])
        return first, np.concatenate([each.last[each.new] for each in wanted])


def _fits(holds: Flags, otherwise: float | Array) -> Array:
    return np.where(holds, 1.0, otherwise)


def _capitalised_runs(told: CandidateWords) -> tuple[Rows, Rows]:
    """Find the first and the last word of each run of capitalised words. The first word of a
    sentence counts only if a capitalised word follows, or if it is not an everyday word."""
    capital = told.are(CAPITAL)
    alone = ~np.append(capital[1:], False)[told.starts] & told.opening_with(EVERYDAY)
    capital &= ~told.are(FILLER)
    capital[told.starts[alone]] = False
    goes_on = np.append(capital[:-1] & capital[1:] & have(told.gaps[1:], ADJOINS), False)
    begins = capital & ~np.append(False, goes_on[:-1])
    return np.flatnonzero(begins), np.flatnonzero(capital & ~goes_on)


def _after_place_words(told: CandidateWords, places: Rows) -> Flags:
    """Return which of these words follow a word like "in" or a comma, with at most "the"
    between."""
    before = places - 1
    the = told.are(THE)[before] & have(told.gaps[places], SPACE)
    return _place_word_or_comma(told, places) | (the & _place_word_or_comma(told, before))


def _place_word_or_comma(told: CandidateWords, places: Rows) -> Flags:
    place_word = told.are(PLACE_NEXT)[places - 1] & have(told.gaps[places], SPACE)
    return place_word | have(told.gaps[places], COMMA)
