"""Slots of names in a sentence, such as after "invested in" or before "sued"."""

import re
from collections.abc import Iterator
from itertools import permutations

from bot.answering.verification.comparison import Comparison
from bot.answering.verification.reading import Name, Reading

_AFTER = re.compile(
    r"(?:^|\W)(in|of|to|from|by|for|with|at|about|on|against)\s+(?:the\s+|an?\s+)?$"
)
_OWNER = re.compile(r"['’]s?(?!\w)")
_EITHER_WAY = frozenset({"with", "to", "from"})  # a deal of A with B is also a deal of B with A
Slot = tuple[str, str]
Stems = tuple[str, ...]


def slots_taken(compared: Comparison) -> int:
    """Count the slots of the claim's names that the evidence fills only with other names."""
    filled: dict[Slot, list[Name]] = {}
    for evidence in compared.bearing:
        for slot, name in _slots(evidence):
            filled.setdefault(slot, []).append(name)
    taken = 0
    for slot, name in _slots(compared.claim):
        others = filled.get(slot, [])
        taken += bool(others) and all(set(name.stems).isdisjoint(o.stems) for o in others)
    return taken


def prepositions_swapped(compared: Comparison) -> int:
    """Count the pairs of the claim's names that have swapped the preposition in a sentence: "the
    court in A hears B" for "the court in B hears A"."""
    after = _after_prepositions(compared.claim)
    swapped = 0
    for one, other in permutations(after, 2):
        for preposition in after[one] - after[other]:
            swapped += any(
                _is_other_way(_after_prepositions(evidence), one, other, preposition)
                for evidence in compared.bearing
            )
    return swapped


def _is_other_way(after: dict[Stems, set[str]], one: Stems, other: Stems, preposition: str) -> bool:
    """Return whether the sentence has both names, and only the other one after the preposition."""
    its = [places for stems, places in after.items() if not set(one).isdisjoint(stems)]
    others = [places for stems, places in after.items() if not set(other).isdisjoint(stems)]
    return (
        bool(its)
        and any(preposition in p for p in others)
        and not any(preposition in p for p in its)
    )


def _after_prepositions(reading: Reading) -> dict[Stems, set[str]]:
    """Map each name to the prepositions that it follows. "of" stands for a name that owns
    something."""
    found: dict[Stems, set[str]] = {}
    for name in reading.names:
        places = found.setdefault(name.stems, set())
        if match := _AFTER.search(reading.text[: name.start]):
            places |= {match[1].lower()} - _EITHER_WAY
        if _OWNER.match(reading.text, name.end):
            places.add("of")
    return found


def _slots(reading: Reading) -> Iterator[tuple[Slot, Name]]:
    """Yield each name with its slot. After a preposition, the slot is the preposition and the word
    before it. Otherwise it is the word after the name."""
    for name in reading.names:
        before = [i for i in reading.content if reading.words[i].start < name.start]
        after = [i for i in reading.content if reading.words[i].start >= name.end]
        preposition = _AFTER.search(reading.text[: name.start])
        if preposition and before:
            yield (reading.stems[before[-1]], preposition[1]), name
        elif after:
            yield ("", reading.stems[after[0]]), name
