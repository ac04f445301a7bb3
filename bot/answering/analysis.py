"""Reading a question and a sentence: words and their weights, names, numbers, dates, reasons."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
import Stemmer
from numpy.typing import NDArray

from bot.answering.answer_kind import AnswerKind, answer_kind
from bot.answering.relations import owners
from index.words import FUNCTION_WORDS, Word, read_surfaces, read_words, spellings

# Words that a question is put with, beside those that any text is held together with.
_FILLERS = FUNCTION_WORDS | frozenset(
    "many much name called give according kind type shall may might must exactly actually say says "
    "said".split()
)
# Words that only tell what kind of answer is wanted. The sentence answers them by having one, not
# by repeating them: "How much is it worth?" is answered by "the $100 billion partnership".
_KIND_WORDS = {
    AnswerKind.AMOUNT: frozenset(
        "worth cost costs price value valued money sum amount dollar size big large total".split()
    ),
    AnswerKind.COUNT: frozenset("number total count long old far often".split()),
    AnswerKind.DATE: frozenset(
        "date day month year time quarter due deadline soon exact happen happened".split()
    ),
    AnswerKind.PERSON: frozenset("person people man woman guy".split()),
    AnswerKind.ORGANISATION: frozenset("company companies firm firms organization outlet".split()),
    AnswerKind.PLACE: frozenset("place location located country city".split()),
    AnswerKind.REASON: frozenset("reason reasons cause caused purpose come".split()),
}
_ANY_KIND_WORDS = frozenset[str]().union(*_KIND_WORDS.values())
_NUMBER_WORDS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fifteen twenty thirty "
    "forty fifty sixty seventy eighty ninety hundred thousand million billion trillion dozen half "
    "twice once third quarter".split()
)
_MONTHS_AND_DAYS = frozenset(
    "january february march april june july august september october november december monday "
    "tuesday wednesday thursday friday saturday sunday".split()
)
_DATE_WORDS = frozenset(
    "century centuries decade year years yesterday today tomorrow spring summer autumn winter "
    "month months week weeks day days ago".split()
)
_TELLING_NUMBER_OR_DATE = _NUMBER_WORDS | _MONTHS_AND_DAYS | _DATE_WORDS
_NEGATIONS = frozenset(
    "not no never none nothing neither nor cannot without unable failed refused denied nobody "
    "declined ruled".split()
)
_SUPERLATIVES = frozenset("first last only most least best worst second third final".split())
_POINTING = frozenset("he she it they this that these those his her its their there such".split())
_TITLES = frozenset(
    "mr mrs ms dr sir lord king queen president prime minister general captain emperor pope saint "
    "prince princess duke chief ceo director".split()
)
_REASON = re.compile(
    r"\b(?:because|due to|owing to|since|in order to|so that|as a result|caus\w+|therefore|thus|"
    r"reason\w*|led to|leading to|thanks to|for fear|in response|result\w*|motivat\w+|concern\w*|"
    r"to (?:avoid|prevent|protect|help|make|allow|gain|ensure|reduce|increase|provide))\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    # Possessive and bounded on the left: without, a long row of digits takes minutes.
    r"[$£€¥]\s?\d|(?<![\d.,])\d[\d.,]*+\s?(?:(?:million|billion|trillion|thousand|bn|mn|tn)\s)?"
    r"(?:dollars|euros|pounds|yen|francs|usd|gbp|eur)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:1\d|20)\d\d")
_PLACE_BEFORE = re.compile(
    r"(?:\b(?:in|at|from|near|to|of|across|throughout)|,)\s+(?:the\s+)?$", re.IGNORECASE
)
_FOCUS = re.compile(
    r"\b(?:what|which|how many)\s+((?:[\w'-]+\s+){0,2}?[\w'-]+?)\s+(?:is|are|was|were|do|does|did|"
    r"has|have|had|can|could|will|would|should|[a-z]+ed|[a-z]+s)\b",
    re.IGNORECASE,
)
_CARRIED_SHARE = 0.5  # of the weight of a term that was only asked about before
_EVERYDAY = 4000  # rank below which a capital at the start of a sentence says nothing
_stemmer = Stemmer.Stemmer("english")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Snowball's English stem. The answering thread is the only caller: the stemmer keeps
    state."""
    stemmed: str = _stemmer.stemWord(word)
    return stemmed


@lru_cache(maxsize=50_000)
def _stems_of(surface: str) -> tuple[str, ...]:
    """Those of the words that one written word stands for."""
    return tuple(map(stem, spellings(surface)))


@lru_cache(maxsize=10_000)  # a kilobyte each
def trigrams(word: str) -> frozenset[str]:
    """The word's letter trigrams, its ends marked."""
    marked = f"^{word}$"
    return frozenset(marked[i : i + 3] for i in range(len(marked) - 2))


class WordWeights:
    """How much a word tells: 0 for function words, up to 1.15 for those that general English
    hardly knows, in between by the logarithm of the word's rank by frequency."""

    _NUMBER, _UNKNOWN, _LETTER = 0.9, 1.15, 0.2

    def __init__(self, ranks: Mapping[str, int]) -> None:
        """`ranks` from 1, the most frequent."""
        self._ranks = ranks
        self._largest = float(np.log(max(ranks.values())))
        self.weight = lru_cache(50_000)(self._weight)

    def known(self, word: str) -> bool:
        return word in self._ranks

    def rank(self, word: str) -> int | None:
        return self._ranks.get(word)

    def _weight(self, word: str) -> float:
        if word in _FILLERS:
            return 0.0
        if word[0].isdigit():
            return self._NUMBER
        rank = self._ranks.get(word)
        if rank is None:
            return self._UNKNOWN if len(word) > 1 else self._LETTER
        return max(float(np.log(rank)) / self._largest, 0.1)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name or a number in a sentence: words `first..last` (inclusive) with their stems."""

    first: int
    last: int
    is_name: bool
    stems: tuple[str, ...]


class SentenceAnalysis:
    """What the features need of a sentence or a title; made once and kept. All but the stems is
    read when it is asked for: of what only stands around a sentence, little else is."""

    def __init__(self, text: str, weights: WordWeights) -> None:
        self.text, self._weights = text, weights
        self.stems = [each for surface in read_surfaces(text) for each in _stems_of(surface)]
        self.stem_set = frozenset(self.stems)

    @cached_property
    def _words(self) -> list[Word]:
        return read_words(self.text)

    @cached_property
    def _lower(self) -> list[str]:
        return [word.lower for word in self._words]

    @cached_property
    def positions(self) -> dict[str, list[int]]:
        """Where each stem stands."""
        positions: dict[str, list[int]] = {}
        for position, word in enumerate(self.stems):
            positions.setdefault(word, []).append(position)
        return positions

    def count(self, term: str) -> int:
        """How often a stem stands in it."""
        return len(self.positions.get(term, ()))

    @property
    def length(self) -> int:
        """In words."""
        return len(self.stems)

    @cached_property
    def bigrams(self) -> frozenset[tuple[str, str]]:
        return frozenset(pairwise(self.stems))

    @cached_property
    def owners(self) -> dict[str, frozenset[str]]:
        return owners(self._words, self.stems)

    @cached_property
    def weight(self) -> float:
        return sum(map(self._weights.weight, set(self._lower)))

    @cached_property
    def long_words(self) -> list[frozenset[str]]:
        """Their trigrams."""
        return [trigrams(word) for word in dict.fromkeys(self._lower) if len(word) > 3]

    @cached_property
    def trigrams(self) -> frozenset[str]:
        return frozenset[str]().union(*self.long_words)

    @cached_property
    def _names(self) -> list[Mention]:
        runs = _capitalised_runs(self._words, self._weights)
        return [Mention(a, b, True, tuple(self.stems[a : b + 1])) for a, b in runs]

    @cached_property
    def names(self) -> list[tuple[str, ...]]:
        return [name.stems for name in self._names]

    @cached_property
    def places(self) -> list[tuple[str, ...]]:
        """The names that stand where a place's does."""
        starts = ((name, self._words[name.first].start) for name in self._names)
        return [
            name.stems
            for name, start in starts
            if _PLACE_BEFORE.search(self.text[max(0, start - 16) : start])
        ]

    @cached_property
    def _numbers_and_dates(self) -> tuple[set[str], set[str], list[Mention]]:
        """The stems of both, and where numbers, months and days of the week stand."""
        numbers, dates, mentions = set(), set(), []
        for place, word in enumerate(self._lower):
            is_digit = word[0].isdigit()
            if not is_digit and word not in _TELLING_NUMBER_OR_DATE:
                continue
            stem_ = self.stems[place]
            is_number, is_day = is_digit or word in _NUMBER_WORDS, word in _MONTHS_AND_DAYS
            if is_number:
                numbers.add(stem_)
            if is_day or word in _DATE_WORDS or (is_digit and _YEAR.fullmatch(word)):
                dates.add(stem_)
            if is_number or is_day:
                mentions.append(Mention(place, place, False, (stem_,)))
        return numbers, dates, mentions

    @cached_property
    def mentions(self) -> list[Mention]:
        return self._names + self._numbers_and_dates[2]

    @property
    def numbers(self) -> set[str]:
        return self._numbers_and_dates[0]

    @property
    def dates(self) -> set[str]:
        return self._numbers_and_dates[1]

    @cached_property
    def has_money(self) -> bool:
        return _MONEY.search(self.text) is not None

    @cached_property
    def has_percent(self) -> bool:
        return "percent" in self._lower

    @cached_property
    def has_reason(self) -> bool:
        return _REASON.search(self.text) is not None

    @cached_property
    def negated(self) -> bool:
        return not _NEGATIONS.isdisjoint(self._lower)

    @cached_property
    def points_back(self) -> bool:
        return bool(self._lower) and self._lower[0] in _POINTING

    @cached_property
    def quotes(self) -> bool:
        return any(mark in self.text for mark in '"“”‘')

    @cached_property
    def asks(self) -> bool:
        return self.text.rstrip().endswith("?")


class PassageAnalysis:
    """What the features need of a passage: the words of its sentences, which are read once for
    all that they are needed for."""

    def __init__(self, sentences: Sequence[SentenceAnalysis]) -> None:
        self._sentences = sentences
        self.stem_set = frozenset[str]().union(*(each.stem_set for each in sentences))
        self.length = sum(each.length for each in sentences)

    def count(self, term: str) -> int:
        """How often a stem stands in it."""
        return sum(each.stems.count(term) for each in self._sentences if term in each.stem_set)


def _capitalised_runs(words: list[Word], weights: WordWeights) -> list[tuple[int, int]]:
    """First and last word of each run of capitalised words. A sentence's first word counts only
    where it is followed by another or is no everyday word."""
    runs: list[tuple[int, int]] = []
    for position, word in enumerate(words):
        if not word.surface[0].isupper() or word.lower in _FILLERS:
            continue
        if position == 0 and not (len(words) > 1 and words[1].surface[0].isupper()):
            rank = weights.rank(word.lower)
            if rank is not None and rank < _EVERYDAY:
                continue
        previous = words[position - 1] if position else None
        if runs and previous and runs[-1][1] == position - 1 and _adjoin(previous, word):
            runs[-1] = (runs[-1][0], position)
        else:
            runs.append((position, position))
    return runs


def _adjoin(before: Word, word: Word) -> bool:
    return word.start - (before.start + len(before.surface)) <= 1


class QuestionAnalysis:
    """A question's terms: the distinct stems of its content words, each with its weight and
    whether it names something particular (a name, a number, a word unknown to English)."""

    def __init__(self, text: str, weights: WordWeights, context: str = "") -> None:
        """The terms of `context`, the questions that this one leans on, count less."""
        words = read_words(text)
        lower = [word.lower for word in words]
        self.stems = [stem(word) for word in lower]
        self.kind: AnswerKind = answer_kind(text)
        self.negated = not _NEGATIONS.isdisjoint(lower)
        self.superlatives = {
            stem(w) for w in lower if w in _SUPERLATIVES or (w.endswith("est") and len(w) > 5)
        }
        self.bigrams = [
            (stem(a), stem(b)) for a, b in pairwise(lower) if not (a in _FILLERS and b in _FILLERS)
        ]
        self.focus = _focus(text)
        self.owners = owners(words, self.stems, beside=False)
        self._read_terms(words, read_words(context), weights)
        self.stem_set = frozenset(self.stems).union(self.terms)
        self.content = [(i, word) for i, word in enumerate(self.stems) if word in self.terms]

    def _read_terms(self, words: list[Word], carried: list[Word], weights: WordWeights) -> None:
        seen: dict[str, tuple[str, float, bool]] = {}
        about_kind = _KIND_WORDS.get(self.kind, frozenset())
        shares = [(word, i, 1.0) for i, word in enumerate(words)]
        shares += [(word, i, _CARRIED_SHARE) for i, word in enumerate(carried)]
        for word, position, share in shares:
            idle = about_kind if share == 1.0 else _ANY_KIND_WORDS
            weight = 0.0 if word.lower in idle else share * weights.weight(word.lower)
            if weight > 0 and stem(word.lower) not in seen:
                particular = (
                    (word.surface[0].isupper() and position > 0)
                    or word.lower[0].isdigit()
                    or not weights.known(word.lower)
                )
                seen[stem(word.lower)] = (word.lower, weight, particular)
        self.terms = list(seen)
        self.words = [word for word, _, _ in seen.values()]
        self.weights: NDArray[np.float64] = np.array([w for _, w, _ in seen.values()], float)
        self.particular = np.array([p for _, _, p in seen.values()], bool)
        self.trigrams = [trigrams(w) if len(w) > 3 else None for w in self.words]


def _focus(question: str) -> str | None:
    """The stem of the noun after "what", "which" or "how many": what the answer is one of."""
    match = _FOCUS.search(question)
    words = read_words(match.group(1)) if match else []
    if not words or words[-1].lower in _FILLERS:
        return None
    return stem(words[-1].lower)


def is_person(name: tuple[str, ...]) -> bool:
    """Whether a capitalised run looks like a person: two to four words, or a title first."""
    return 1 < len(name) <= 4 or name[0] in _TITLES
