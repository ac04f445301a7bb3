"""What goes with whom in a text: read from "X of NAME", "NAME's X" and "NAME X"."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.text.words import FUNCTION_WORDS, Word

_REACH = 2  # words between a name and what is its: "Nvidia's outspoken chief executive"

Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Words one after the other, of one text or of several: which of them are names, function
    words, "of" and "the", and which open a text. Behind each text stands a word that is none and
    counts as a function word. Only a name that is among `owners` has what stands behind it."""

    names: Flags
    functions: Flags
    of: Flags
    the: Flags
    opens: Flags
    owners: Flags

    def owned(self) -> Flags:
        """Which words may be somebody's."""
        return ~self.functions & (self.opens | ~self.names)

    def names_after(self, places: Rows) -> tuple[Rows, Rows]:
        """For each word the run of names in "X of NAME": its first and behind its last."""
        last = len(self.names) - 1
        start = np.minimum(places + 2, last)
        start = np.minimum(start + self.the[start], last)
        others = np.where(self.names, last, np.arange(last + 1))
        end = np.minimum.accumulate(others[::-1])[::-1][start]
        return start, np.where(self.of[np.minimum(places + 1, last)], end, start)

    def names_before(self, places: Rows) -> tuple[Rows, Rows]:
        """For each word the run of names in "NAME's X", with at most a few words between."""
        end, parted = places, np.zeros(len(places), bool)
        for _ in range(_REACH):
            between = ~self.names[end - 1]
            parted |= between & self.functions[end - 1]
            end = end - between
        others = np.where(self.names, -1, np.arange(len(self.names)))
        start = np.maximum.accumulate(others)[end - 1] + 1
        return np.where(parted | ~self.owners[end - 1], end, start), end


def owners(words: Sequence[Word], stems: Sequence[str]) -> dict[str, frozenset[str]]:
    """For each word of a question that goes with a name, by its stem: the stems of those names.
    `stems` are those of `words`. Only "Nvidia's CEO" is somebody's, not "Nvidia CEO"."""
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
    """Capitalised and no word of every sentence; "CEO", read as chief executive, is none."""
    plain = surface.casefold().replace("’", "'").removesuffix("'s")
    return surface[0].isupper() and plain == lower and plain not in FUNCTION_WORDS


def _ends_like_an_owner(word: Word) -> bool:
    return word.surface.endswith(("'s", "’s", "s'", "s’"))
