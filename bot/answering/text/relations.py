"""Relations of words to names in a text, read from "X of NAME", "NAME's X" and "NAME X"."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.text.words import FUNCTION_WORDS, Word

_REACH = 2  # words between a name and what belongs to it: "Nvidia's outspoken chief executive"

Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Concatenated words of one or several texts, as flags: names, function words, "of", "the", and
    the words that open a text. A sentinel word, which counts as a function word, follows each text.
    Only a name in `owners` owns the words after it."""

    names: Flags
    functions: Flags
    of: Flags
    the: Flags
    opens: Flags
    owners: Flags

    def owned(self) -> Flags:
        """Return which words may belong to a name."""
        return ~self.functions & (self.opens | ~self.names)

    def names_after(self, places: Rows) -> tuple[Rows, Rows]:
        """Find for each word the run of names in "X of NAME". Return its start and its end
        (exclusive)."""
        last = len(self.names) - 1
        start = np.minimum(places + 2, last)
        start = np.minimum(start + self.the[start], last)
        others = np.where(self.names, last, np.arange(last + 1))
        end = np.minimum.accumulate(others[::-1])[::-1][start]
        return start, np.where(self.of[np.minimum(places + 1, last)], end, start)

    def names_before(self, places: Rows) -> tuple[Rows, Rows]:
        """Find for each word the run of names in "NAME's X", with at most two words between. Return
        its start and its end (exclusive)."""
        end, parted = places, np.zeros(len(places), bool)
        for _ in range(_REACH):
            between = ~self.names[end - 1]
            parted |= between & self.functions[end - 1]
            end = end - between
        others = np.where(self.names, -1, np.arange(len(self.names)))
        start = np.maximum.accumulate(others)[end - 1] + 1
        return np.where(parted | ~self.owners[end - 1], end, start), end


def owners(words: Sequence[Word], stems: Sequence[str]) -> dict[str, frozenset[str]]:
    """Map each word of a question that belongs to a name, by its stem, to the stems of those names.
    `stems` are the stems of `words`. Only "Nvidia's CEO" has an owner here; "Nvidia CEO" has
    none."""
    names = [is_name(word.surface, word.lower) for word in words]
    if not any(names):
        return {}
    phrases = Phrases(
        names=np.array([*names, False]),
        functions=np.array([*(word.lower in FUNCTION_WORDS for word in words), True]),
        of=np.array([*(word.lower == "of" for word in words), False]),
        the=np.array([*(word.lower == "the" for word in words), False]),
        opens=np.arange(len(words) + 1) == 0,
        owners=np.array([*map(_ends_like_an_owner, words), False]),
    )
    places = np.flatnonzero(phrases.owned())
    found: dict[str, frozenset[str]] = {}
    for start, end in (phrases.names_after(places), phrases.names_before(places)):
        for place, first, last in zip(places.tolist(), start.tolist(), end.tolist(), strict=True):
            if first < last:
                found[stems[place]] = found.get(stems[place], frozenset()).union(stems[first:last])
    return found


def is_name(surface: str, lower: str) -> bool:
    """Return whether the word is capitalised and not a function word. "CEO", which is read as
    "chief executive", is not a name."""
    plain = surface.casefold().replace("’", "'").removesuffix("'s")
    return surface[0].isupper() and plain == lower and plain not in FUNCTION_WORDS


def _ends_like_an_owner(word: Word) -> bool:
    return word.surface.endswith(("'s", "’s", "s'", "s’"))
