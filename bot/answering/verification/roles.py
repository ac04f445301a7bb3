"""Roles of names that change places: "A invests in B" is not "B invests in A"."""

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.answering.verification.comparison import Comparison
from bot.answering.verification.irregular import verb_stem
from bot.answering.verification.reading import Name, Reading
from index.models import Span

_AFTER = re.compile(
    r"(?:^|\W)(in|of|to|from|by|for|with|at|about|on|against)\s+(?:the\s+|an?\s+)?$", re.IGNORECASE
)
_OWNER = re.compile(r"['’]s?(?!\w)")
_JOINED = re.compile(r"(?:,|,?\s(?:and|or|nor|as well as))\s(?:the\s)?")
_PASSIVE = re.compile(r"(?<!\w)(?:is|are|was|were|be|been|being)(?!\w)")
_MARK = re.compile(r"[,;:.!?](?=\s)|[()–—]")
# Mutual relations: what A is to B, B is to A.
_MUTUAL = frozenset(
    verb_stem(word)
    for word in (
        "meet marry married partner rival competitor compete peer ally friend brother sister "
        "cousin colleague neighbour neighbor spouse border resemble equal differ different similar "
        "identical opposite close near merge merger join fight face deal agreement contract "
        "partnership alliance talks dispute"
    ).split()
)
_DOES, _UNDERGOES = "does", "undergoes"

Role = tuple[str, str]  # the stem of a word, and the name's relation to it


def swapped_names(compared: Comparison) -> Iterator[tuple[Name, int, Span]]:
    """Find names of the claim in a role that a sentence gives to another name of the claim. The
    sentence must have both names, and no sentence may give the role to the first. Yield the name,
    the index of the sentence, and the span of the other name."""
    claim = compared.claim
    told = [
        (number, role, name)
        for number, evidence in enumerate(compared.evidence)
        for role, name in _roles(evidence, _joined(evidence))
    ]
    for role, name in _roles(claim, [[name] for name in claim.names]):
        holders = [(number, other) for number, its, other in told if its == role]
        if any(name.is_same(other) for _, other in holders):
            continue
        for number, other in holders:
            if _is_apart(name, compared.evidence[number]) and _is_apart(other, claim):
                yield name, number, Span(other.start, other.end)
                break
    yield from _turned(compared)


def _turned(compared: Comparison) -> Iterator[tuple[Name, int, Span]]:
    """Find "A of B" where the evidence has "B of A". Each is one name by its capitals."""
    told = [
        (_parts(evidence, name), number, name)
        for number, evidence in enumerate(compared.evidence)
        for name in evidence.names
    ]
    for name in compared.claim.names:
        parts = _parts(compared.claim, name)
        turned = [each for each in told if sorted(each[0]) == sorted(parts)]
        if turned and not any(its == parts for its, *_ in turned):
            _, number, other = turned[0]
            yield name, number, Span(other.start, other.end)


def _parts(reading: Reading, name: Name) -> list[str]:
    return reading.text[name.start : name.end].split(" of ")


def _is_apart(name: Name, reading: Reading) -> bool:
    """Return whether the text has the name, and never after "with": both names would then act
    together."""
    places = [other for other in reading.names if name.is_same(other)]
    before = [_AFTER.search(reading.text, 0, other.start) for other in places]
    return bool(places) and not any(match and match[1].lower() == "with" for match in before)


def _roles(reading: Reading, groups: Iterable[Sequence[Name]]) -> Iterator[tuple[Role, Name]]:
    """Yield the role of each name in a group, if the text shows one. Mutual relations are left
    out."""
    for group in groups:
        role = _role(reading, group[0].start, group[-1].end)
        if role and role[0] not in _MUTUAL:
            yield from ((role, name) for name in group)


def _joined(reading: Reading) -> list[list[Name]]:
    """Group the names of a list such as "A, B and C", because they share a role."""
    groups: list[list[Name]] = []
    for name in reading.names:
        if groups and _JOINED.fullmatch(reading.text, groups[-1][-1].end, name.start):
            groups[-1].append(name)
        else:
            groups.append([name])
    return groups


def _role(reading: Reading, start: int, end: int) -> Role | None:
    """Find the role of the names at this span: by the preposition before them, or by what they own
    or do."""
    if match := _AFTER.search(reading.text, 0, start):
        head, preposition = _head(reading, start), match[1].lower()
        if head is None or preposition == "with":
            return None
        return head, _DOES if preposition == "by" else preposition
    after = next((i for i in reading.content if reading.words[i].start >= end), None)
    if after is None or _is_in_name(reading, after):
        return None
    between = reading.text[end : reading.words[after].start]
    if _OWNER.match(between):
        return reading.stems[after], "of"
    if _MARK.search(between):
        return None
    passive = _PASSIVE.search(between) and not reading.words[after].lower.endswith("ing")
    return reading.stems[after], _UNDERGOES if passive else _DOES


def _head(reading: Reading, before: int) -> str | None:
    """Find the stem of the word that a preposition belongs to, if it is in the same clause."""
    for i in reversed(reading.content):
        word = reading.words[i]
        if word.start < before and not _is_in_name(reading, i):
            return None if _MARK.search(reading.text, word.start, before) else reading.stems[i]
    return None


def _is_in_name(reading: Reading, place: int) -> bool:
    start = reading.words[place].start
    return any(name.start <= start < name.end for name in reading.names)
