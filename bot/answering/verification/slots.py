"""Which place in a sentence a name takes: after "invested in", or before "sued"."""

import re
from collections.abc import Iterator
from itertools import permutations

from bot.answering.verification.comparison import Comparison
from bot.answering.verification.reading import Name, Reading

_AFTER = re.compile(
    r"(?:^|\W)(in|of|to|from|by|for|with|at|about|on|against)\s+(?:the\s+|an?\s+)?$"
)
_OWNER = re.compile(r"['’]s?(?!\w)")
_EITHER_WAY = frozenset({"with", "to", "from"})  # a deal of A with B is one of B with A
Slot = tuple[str, str]
Stems = tuple[str, ...]


def slots_taken(compared: Comparison) -> int:
    """How many places of the claim's names are taken by other names in the evidence, and nowhere
    by the claim's."""
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
    """How many pairs of the claim's names stand in a sentence with the other one after the
    preposition: "the court in A hears B" for "the court in B hears A"."""
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
    """Both are in the sentence, and only the other one stands after the preposition."""
    its = [places for stems, places in after.items() if not set(one).isdisjoint(stems)]
    others = [places for stems, places in after.items() if not set(other).isdisjoint(stems)]
    return (
        bool(its)
        and any(preposition in p for p in others)
        and not any(preposition in p for p in its)
    )


def _after_prepositions(reading: Reading) -> dict[Stems, set[str]]:
    """For each name those that it stands after, "of" where it owns something."""
    found: dict[Stems, set[str]] = {}
    for name in reading.names:
        places = found.setdefault(name.stems, set())
        if match := _AFTER.search(reading.text[: name.start]):
            places |= {match[1].lower()} - _EITHER_WAY
        if _OWNER.match(reading.text, name.end):
            places.add("of")
    return found


def _slots(reading: Reading) -> Iterator[tuple[Slot, Name]]:
    """A name after a preposition has the place that the word before and the preposition make; one
    before a word, the place before that word."""
    for name in reading.names:
        before = [i for i in reading.content if reading.words[i].start < name.start]
        after = [i for i in reading.content if reading.words[i].start >= name.end]
        preposition = _AFTER.search(reading.text[: name.start])
        if preposition and before:
            yield (reading.stems[before[-1]], preposition[1]), name
        elif after:
            yield ("", reading.stems[after[0]]), name
