"""Lengths as Discord counts them, and cutting texts to such lengths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from bot.discord.text.escapes import escape
from bot.discord.text.lengths import chop, length, shorten, with_margin
from tests.discord.hostile import FLOODS, hostile


@given(st.text())
def test_the_larger_of_both_counts_is_taken(text: str) -> None:
    assert length(text) == len(text) + sum(ord(character) > 0xFFFF for character in text)
    assert length(text) >= len(text)


def test_a_margin_is_left() -> None:
    assert with_margin(2000) == 1900


@given(hostile, st.integers(20, 60))
def test_pieces_fit_and_make_up_the_whole(text: str, limit: int) -> None:
    pieces = chop(text, limit)
    assert "".join(pieces) == text
    assert all(0 < length(piece) <= limit for piece in pieces)


@given(
    st.lists(st.sampled_from(["👩‍🍳", "🇩🇪", "e\u0301", "\\*", "\\\\", "x", "👍🏽"]), max_size=40)
)
def test_pieces_end_between_graphemes_and_escapes(atoms: list[str]) -> None:
    text = "x".join(atoms)
    for piece in chop(text, 16)[:-1]:
        assert (len(piece) - len(piece.rstrip("\\"))) % 2 == 0
        assert list(iter_graphemes(text))[: len(list(iter_graphemes(piece)))]
        assert not piece.endswith("\u200d")


def test_one_grapheme_that_is_too_long_is_cut_after_all() -> None:
    family = "\u200d".join(["👩"] * 50)
    assert all(length(piece) <= 20 for piece in chop(family, 20))


@given(hostile.map(escape), st.integers(20, 60))
def test_shortened_text_fits_and_is_a_beginning(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert length(short) <= limit
    assert short == text or text.startswith(short.removesuffix("…"))


@pytest.mark.parametrize("flood", FLOODS, ids=lambda flood: ascii(flood[:8]))
def test_floods_are_cut(flood: str) -> None:
    assert length(shorten(flood, 90)) <= 90
    assert all(length(piece) <= 500 for piece in chop(flood, 500))


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("seven words", 11, "seven words"),
        ("seven words or more", 13, "seven words…"),
        ("seven words or more", 12, "seven words…"),
        ("seven words or more", 11, "seven…"),
        ("a sevenwordsormore", 10, "a sevenwo…"),
        (r"abcdefg\*h", 9, "abcdefg…"),
        ("🚲🚲🚲🚲", 7, "🚲🚲🚲…"),
    ],
)
def test_it_is_cut_after_a_word_where_one_ends(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short
