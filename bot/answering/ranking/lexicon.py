"""Word properties for ranking, as arrays indexed by word number.

A word is read once, when the first sentence with it arrives. After that, ranking reads only these
numbers.
"""

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from bot.answering.question.analysis import FILLERS, NEGATIONS, WordWeights, stem
from bot.answering.text.letters import TrigramIndex
from index.generations.reader import WordTable
from index.text.tokens import Spelt
from index.text.words import FUNCTION_WORDS

Words = NDArray[np.int32]  # numbers of words, of stems, of spellings

# Flags of a word, one bit each. The first depends on the word as written.
CAPITAL = 1
# These depend on its normalised spelling.
FILLER, EVERYDAY, NUMBER, DAY, DATE, PERCENT = (1 << bit for bit in range(1, 7))
NEGATION, POINTING, THE, PLACE_NEXT, TELLING = (1 << bit for bit in range(7, 12))
# These depend on the stem.
DIGITS, TITLE = (1 << bit for bit in range(12, 14))

_NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fifteen twenty thirty "
    "forty fifty sixty seventy eighty ninety hundred thousand million billion trillion dozen half "
    "twice once third quarter"
)
_MONTHS_AND_DAYS = (
    "january february march april june july august september october november december monday "
    "tuesday wednesday thursday friday saturday sunday"
)
_DATE_WORDS = (
    "century centuries decade year years yesterday today tomorrow spring summer autumn winter "
    "month months week weeks day days ago"
)
_POINTING = "he she it they this that these those his her its their there such"
_PLACE_NEXT = "in at from near to of across throughout"
_TITLES = frozenset(
    "mr mrs ms dr sir lord king queen president prime minister general captain emperor pope saint "
    "prince princess duke chief ceo director".split()
)
NOT_TELLING = FUNCTION_WORDS - frozenset("not no nor".split())
_YEAR = re.compile(r"(?:1\d|20)\d\d")
_EVERYDAY_RANK = 4000  # below this rank a capital at the start of a sentence says nothing


def _listed(lists: Iterable[tuple[int, Iterable[str]]]) -> dict[str, int]:
    flags: dict[str, int] = {}
    for flag, words in lists:
        for word in words:
            flags[word] = flags.get(word, 0) | flag
    return flags


_LISTED = _listed(
    [
        (FILLER, FILLERS),
        (NUMBER, _NUMBER_WORDS.split()),
        (DAY | DATE, _MONTHS_AND_DAYS.split()),
        (DATE, _DATE_WORDS.split()),
        (PERCENT, ["percent"]),
        (NEGATION, NEGATIONS),
        (POINTING, _POINTING.split()),
        (THE, ["the"]),
        (PLACE_NEXT, _PLACE_NEXT.split()),
    ]
)


class Lexicon:
    """The words of a generation or of some texts. An instance belongs to one thread.

    `stems`, `spellings`, `flags` and `weights` are indexed by word number. Equal strings have equal
    numbers in `stems` and `spellings`. `nothing` is the number of the sentinel word. Its entries
    are 0, which is not the number of any string, and its only flag is FUNCTION.
    """

    def __init__(self, words: WordTable | list[Spelt], weights: WordWeights) -> None:
        self.nothing = len(words)
        # Pages of zeros that are never written take no memory.
        self.stems, self.spellings = (np.zeros(len(words) + 1, np.int32) for _ in range(2))
        self.flags = np.zeros(len(words) + 1, np.uint32)
        self.weights = np.zeros(len(words) + 1)
        self.letters = TrigramIndex()
        self.read_words = 0
        self._words, self._weights = words, weights

    def read(self, words: Words) -> None:
        """Read those of the words that are not known yet."""
        new = words[self.stems[words] == 0]
        for word in dict.fromkeys(new.tolist()):
            if word != self.nothing:
                self._read(word)

    def _read(self, word: int) -> None:
        surface, lower = self._words[word]
        stemmed = stem(lower)
        self.stems[word] = self.letters.number(stemmed)
        self.spellings[word] = self.letters.number(lower)
        self.weights[word] = self._weights.weight(lower)
        self.flags[word] = self._flags(surface, lower, stemmed)
        self.read_words += 1

    def _flags(self, surface: str, lower: str, stemmed: str) -> int:
        rank = self._weights.rank(lower)
        is_digits = lower[0].isdigit()
        return _LISTED.get(lower, 0) | sum(
            flag
            for flag, holds in (
                (CAPITAL, surface[0].isupper()),
                (EVERYDAY, rank is not None and rank < _EVERYDAY_RANK),
                (NUMBER, is_digits),
                (DATE, is_digits and _YEAR.fullmatch(lower) is not None),
                (TELLING, lower not in NOT_TELLING),
                (DIGITS, stemmed[0].isdigit()),
                (TITLE, stemmed in _TITLES),
            )
            if holds
        )

    def stem_numbers(self, stems: Iterable[str]) -> Words:
        """Look up the numbers of the stems; -1 for a stem that no read word has."""
        return np.fromiter((self.letters.known(each) for each in stems), np.int32)
