"""Which place in a sentence a name takes: after "invested in", or before "sued"."""

import re
from collections.abc import Iterator

from bot.answering.verification.comparison import Comparison
from bot.answering.verification.reading import Name, Reading

_AFTER = re.compile(r"(?:^|\W)(in|of|to|from|by|for|with|at|about|on)\s+(?:the\s+|an?\s+)?$")
Slot = tuple[str, str]


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
