"""Question analysis: the terms and their weights, the kind of answer, and the owner asked about."""

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from threading import local

import numpy as np
import Stemmer
from numpy.typing import NDArray

from bot.answering.question.answer_kind import AnswerKind, answer_kind
from index.text.quantities import read_quantities
from index.text.words import FUNCTION_WORDS, Word, read_words

# Words that only phrase a question, in addition to function words.
FILLERS = FUNCTION_WORDS | frozenset(
    "many much name called give according kind type shall may might must exactly actually say says "
    "said".split()
)
# Words that only name the kind of answer. A sentence need not repeat them: "the $100 billion
# partnership" answers "How much is it worth?".
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
NEGATIONS = frozenset(
    "not no never none nothing neither nor cannot without unable failed refused denied nobody "
    "declined ruled".split()
)
_SUPERLATIVES = frozenset("first last only most least best worst second third final".split())
_FOCUS = re.compile(
    r"\b(?:what|which|how many)\s+((?:[\w'-]+\s+){0,2}?[\w'-]+?)\s+(?:is|are|was|were|do|does|did|"
    r"has|have|had|can|could|will|would|should|[a-z]+ed|[a-z]+s)\b",
    re.IGNORECASE,
)
_COMMON_RANK = 9_000  # more frequent words may stand for others: "lab", "moral"
_CARRIED_SHARE = 0.5  # factor on the weight of a term that is only in the context


class _Stemmers(local):
    """A stemmer for each thread, because a stemmer keeps state."""

    def __init__(self) -> None:
        self.stem = Stemmer.Stemmer("english").stemWord


_stemmers = _Stemmers()


@lru_cache(maxsize=10_000)
def stem(word: str) -> str:
    """Stem a word with Snowball's English stemmer."""
    stemmed: str = _stemmers.stem(word)
    return stemmed


class WordWeights:
    """Weights of words by their information. Function words weigh 0, numbers 0.9, and words outside
    the frequency list 1.15. Other words weigh from 0.1 to 1, by the logarithm of their frequency
    rank."""

    _NUMBER, _UNKNOWN, _LETTER = 0.9, 1.15, 0.2

    def __init__(self, ranks: Mapping[str, int]) -> None:
        """Take the frequency rank of each word; 1 is the most frequent."""
        self._ranks = ranks
        self._largest = float(np.log(max(ranks.values())))
        self.weight = lru_cache(10_000)(self._weight)

    def known(self, word: str) -> bool:
        return word in self._ranks

    def rank(self, word: str) -> int | None:
        return self._ranks.get(word)

    def _weight(self, word: str) -> float:
        if word in FILLERS:
            return 0.0
        if word[0].isdigit():
            return self._NUMBER
        rank = self._ranks.get(word)
        if rank is None:
            return self._UNKNOWN if len(word) > 1 else self._LETTER
        return max(float(np.log(rank)) / self._largest, 0.1)


class QuestionAnalysis:
    """The terms of a question: the distinct stems of its content words. Each term has a weight and
    a flag for something particular: a name, a number, or a word outside the frequency list."""

    def __init__(self, text: str, weights: WordWeights, context: str = "") -> None:
        """Analyse `text`. Terms that occur only in `context`, taken from the conversation, get half
        their weight."""
        words = read_words(text)
        self.text = text
        lower = [word.lower for word in words]
        self.stems = [stem(word) for word in lower]
        self.kind: AnswerKind = answer_kind(text)
        self.negated = not NEGATIONS.isdisjoint(lower)
        self.superlatives = {
            stem(w) for w in lower if w in _SUPERLATIVES or (w.endswith("est") and len(w) > 5)
        }
        self.bigrams = [
            (stem(a), stem(b)) for a, b in pairwise(lower) if not (a in FILLERS and b in FILLERS)
        ]
        self.focus = _focus(text)
        self.distinctive = tuple(
            word for word in lower if word not in FILLERS and _is_distinctive(word, weights)
        )
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


def _is_distinctive(word: str, weights: WordWeights) -> bool:
    """Return whether a word says what the question is about: a superlative or a rarer word."""
    rank = weights.rank(word)
    is_superlative = word in _SUPERLATIVES or (word.endswith("est") and len(word) > 5)
    return word[0].isalpha() and (is_superlative or rank is None or rank > _COMMON_RANK)


def _focus(question: str) -> str | None:
    """Find the stem of the noun after "what", "which" or "how many". The answer is one of these."""
    match = _FOCUS.search(question)
    words = read_words(match.group(1)) if match else []
    if not words or words[-1].lower in FILLERS:
        return None
    return stem(words[-1].lower)


def words_outside_quantities(question: str) -> list[Word]:
    """Return the words that are in no quantity: "how many deals" of "how many $5 billion deals"."""
    words = read_words(question)
    inside = [range(each.start, each.end) for each in read_quantities(question, words)]
    return [word for word in words if not any(word.start in each for each in inside)]
