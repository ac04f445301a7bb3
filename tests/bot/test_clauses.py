"""Clause boundaries: the kinds, and the clauses between them."""

import pytest

from bot.answering.text.clauses import Boundary, boundaries, clause_end, clause_start

TEXT = (
    "It paid 10,000 crowns at 12:30 to A and B, but the mayor, who left (in May), said that C won."
)


@pytest.mark.parametrize(
    ("kinds", "found"),
    [
        (Boundary.STOP, ["."]),
        (Boundary.PAUSE, [",", ",", "(", ")", ","]),
        (Boundary.JOINT, [",", ","]),
        (Boundary.CONJUNCTION, ["but"]),
        (Boundary.RELATIVE, ["who", "that"]),
        (Boundary.AND, ["and"]),
        (Boundary.PART, ["but", "."]),
    ],
)
def test_each_kind_of_boundary_is_found(kinds: Boundary, found: list[str]) -> None:
    """A mark inside a number is no boundary."""
    assert [TEXT[each.start : each.end] for each in boundaries(TEXT, kinds)] == found


@pytest.mark.parametrize(
    ("at", "kinds", "clause"),
    [
        ("crowns", Boundary.ANY, "It paid 10,000 crowns at 12:30 to A "),
        ("crowns", Boundary.ANY & ~Boundary.AND, "It paid 10,000 crowns at 12:30 to A and B"),
        ("mayor", Boundary.SCOPE, "the mayor"),
        ("left", Boundary.ANY, "left "),
        ("won", Boundary.ANY, "C won"),
        ("won", Boundary.STOP, TEXT[:-1]),
        ("won", Boundary.PART, TEXT[TEXT.index("the mayor") : -1]),
    ],
)
def test_a_clause_lies_between_two_boundaries(at: str, kinds: Boundary, clause: str) -> None:
    place = TEXT.index(at)
    assert TEXT[clause_start(TEXT, place, kinds) : clause_end(TEXT, place, kinds)] == clause
