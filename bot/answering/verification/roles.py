"""Roles of names: in "A invests in B" A does "invest", and B is what it invests "in".

A claim that exchanges two names gives the role of one to the other. The finding and three features
derive from the roles of the claim and of its evidence.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations, product

from bot.answering.text.clauses import Boundary, clause_end, clause_start
from bot.answering.verification.comparison import Comparison
from bot.answering.verification.irregular import verb_stem
from bot.answering.verification.reading import Name, Reading
from index.models import Span

_AFTER = re.compile(
    r"(?:^|\W)(in|of|to|from|by|for|with|at|about|on|against)\s+(?:the\s+|an?\s+)?$", re.IGNORECASE
)
_OWNER = re.compile(r"['’]s?(?!\w)")
_AND = r"(?:and|or|nor|as well as)"
_JOINED = re.compile(rf"(?:,|,?\s(?P<and>{_AND}))\s(?:the\s)?")
# Names joined like this may change places: "A and B"; "the founder of A is B".
_ALIKE = re.compile(rf",?\s(?:{_AND}|is|was)\s(?:the\s)?")
_PASSIVE = re.compile(r"(?<!\w)(?:is|are|was|were|be|been|being)(?!\w)")
_PASSIVE_BY = re.compile(rf"{_PASSIVE.pattern}\s\w+\s[^,.;]{{0,30}}?by(?!\w)")
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
_EITHER_WAY = frozenset({"with", "to", "from"})  # a deal of A with B is also a deal of B with A
_DOES, _UNDERGOES, _NONE = "does", "undergoes", ""
_WEAK = _EITHER_WAY | {_DOES, _UNDERGOES, _NONE}
_PLACES = frozenset({"in", "at"})

Stems = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Role:
    """A name and its relation to a word: a preposition, "does", "undergoes" or none. `heads` are
    the stems of that word and of its phrase; they are empty if the clause has no such word."""

    name: Name
    relation: str
    heads: Stems

    def is_same(self, other: "Role") -> bool:
        return self.relation == other.relation and not set(self.heads).isdisjoint(other.heads)

    @property
    def is_exclusive(self) -> bool:
        """Return whether only one of two names can have it: no mutual relation, and no "with"."""
        return self.relation != "with" and _MUTUAL.isdisjoint(self.heads)


def swapped_names(compared: Comparison) -> Iterator[tuple[Name, int, Span]]:
    """Find names of the claim in a role that a sentence gives to another name of the claim. The
    sentence must have both names, and no sentence may give the role to the first. Yield the name,
    the index of the sentence, and the span of the other name."""
    mine, told = roles(compared.claim), [roles(each) for each in compared.evidence]
    for role in mine:
        same = [(n, its) for n, each in enumerate(told) for its in each if its.is_same(role)]
        if not role.is_exclusive or any(role.name.is_same(its.name) for _, its in same):
            continue
        for number, other in same:
            if _is_apart(role.name, told[number]) and _is_apart(other.name, mine):
                yield role.name, number, Span(other.name.start, other.name.end)
                break
    yield from _turned(compared)


def roles_taken(compared: Comparison) -> int:
    """Count the roles of the claim's names that the evidence gives only to other names."""
    told = [role for evidence in compared.bearing for role in roles(evidence)]
    taken = 0
    for role in roles(compared.claim):
        holders = [its.name for its in told if its.is_same(role)]
        taken += bool(holders) and not any(set(role.name.stems) & set(o.stems) for o in holders)
    return taken


def relations_swapped(compared: Comparison) -> int:
    """Count the pairs of the claim's names that have swapped a preposition in a sentence: "the
    court in A hears B" for "the court in B hears A"."""
    mine, told = _relations(compared.claim), [_relations(each) for each in compared.bearing]
    return sum(
        _is_swapped(its, one, other, relation)
        for one, other in permutations(mine, 2)
        for relation in mine[one] - mine[other]
        for its in told
    )


def orders_turned(compared: Comparison) -> int:
    """Count the pairs of neighbouring names of the claim that appear only in reverse order in the
    evidence. A passive reverses the expected order."""
    claim = compared.claim
    acting = [role.name for role in roles(claim) if role.relation not in _PLACES]
    turned = 0
    for one, other in pairwise(acting):
        if one.stems != other.stems and not _ALIKE.fullmatch(claim.text, one.end, other.start):
            orders = [_in_order(claim, one, other, each) for each in compared.evidence]
            turned += False in orders and True not in orders
    return turned


def _in_order(claim: Reading, one: Name, other: Name, evidence: Reading) -> bool | None:
    """Return whether the sentence has two names in the claim's order. Return None if it lacks one,
    or names them side by side."""
    passive = _is_passive(claim, one, other)
    pairs = list(product(_sharing(evidence, one), _sharing(evidence, other)))
    orders = set()
    for pair in pairs:
        first, second = sorted(pair, key=lambda name: name.start)
        if _ALIKE.fullmatch(evidence.text, first.end, second.start):
            return None
        orders.add((first is pair[0]) != (_is_passive(evidence, first, second) != passive))
    return True in orders if pairs else None


def _is_passive(reading: Reading, first: Name, second: Name) -> bool:
    return _PASSIVE_BY.search(reading.text, first.end, second.start) is not None


def _is_swapped(told: dict[Stems, set[str]], one: Stems, other: Stems, relation: str) -> bool:
    """Return whether the sentence has both names, and only the other one in the relation."""
    its = [relation in each for stems, each in told.items() if not set(one).isdisjoint(stems)]
    others = [relation in each for stems, each in told.items() if not set(other).isdisjoint(stems)]
    return bool(its) and any(others) and not any(its)


def _sharing(reading: Reading, name: Name) -> list[Name]:
    """Find the names that share a word with this one."""
    return [each for each in reading.names if not set(name.stems).isdisjoint(each.stems)]


def _relations(reading: Reading) -> dict[Stems, set[str]]:
    """Map each name to its relations that two names do not have to each other."""
    found: dict[Stems, set[str]] = {}
    for role in roles(reading):
        found.setdefault(role.name.stems, set()).update({role.relation} - _WEAK)
    return found


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


def _is_apart(name: Name, told: Sequence[Role]) -> bool:
    """Return whether the sentence has the name, and never after "with": both names would then act
    together."""
    its = [role.relation for role in told if name.is_same(role.name)]
    return bool(its) and "with" not in its


def roles(reading: Reading) -> list[Role]:
    """Find the role of each name. The names of a list share one."""
    spans = [(name.start, name.end) for name in reading.names]
    free = [
        i for i in reading.content if not any(a <= reading.words[i].start < b for a, b in spans)
    ]
    return [
        Role(name, relation, heads)
        for names in _lists(reading)
        for relation, heads in [_role(reading, free, names[0].start, names[-1].end)]
        for name in names
    ]


def _lists(reading: Reading) -> Iterator[Sequence[Name]]:
    """Group the names of lists such as "A and B" or "A, B and C". "In A, B said" has no list, and
    "sued A, and B left" neither."""
    names: list[Name] = []
    joins: list[re.Match[str]] = []
    for name in reading.names:
        joined = _JOINED.fullmatch(reading.text, names[-1].end, name.start) if names else None
        if joined:
            joins.append(joined)
        else:
            yield from _as_list(names, joins)
            names, joins = [], []
        names.append(name)
    yield from _as_list(names, joins)


def _as_list(names: Sequence[Name], joins: Sequence[re.Match[str]]) -> Iterator[Sequence[Name]]:
    is_list = joins and joins[-1]["and"] and (len(joins) > 1 or joins[0][0][0] != ",")
    yield from [names] if is_list else ([name] for name in names)


def _role(reading: Reading, free: Sequence[int], start: int, end: int) -> tuple[str, Stems]:
    """Find the relation and the heads of the names at this span: by the preposition before them,
    or by what they own or do. `free` are the content words outside names."""
    words = reading.words
    if match := _AFTER.search(reading.text, 0, start):
        preposition = match[1].lower()
        before = [i for i in free if words[i].start < start][:-3:-1]
        clause = clause_start(reading.text, start, Boundary.MARK)
        heads = _heads(reading, [i for i in before if words[i].start >= clause])
        return _DOES if preposition == "by" else preposition, heads
    clause = clause_end(reading.text, end, Boundary.MARK)
    named = min((name.start for name in reading.names if name.start >= end), default=clause)
    after = [i for i in free if end <= words[i].start < min(clause, named)][:2]
    if not after:
        return _NONE, ()
    between, heads = reading.text[end : words[after[0]].start], _heads(reading, after)
    if _OWNER.match(between):
        return "of", heads
    passive = _PASSIVE.search(between) and not words[after[0]].lower.endswith("ing")
    return _UNDERGOES if passive else _DOES, heads[:1]


def _heads(reading: Reading, nearest: Sequence[int]) -> Stems:
    """Return the stem of the nearest word, and of the one beyond it if both are one phrase: "the
    chief executive of A" has two heads."""
    is_phrase = len(nearest) > 1 and abs(nearest[0] - nearest[1]) == 1
    return tuple(reading.stems[i] for i in nearest[: 2 if is_phrase else 1])
