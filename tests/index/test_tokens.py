"""Words as numbers: the same words as read from the text, and the gaps before them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.tokens import ADJOINS, COMMA, SPACE, WordNumbers, read_tokens
from index.text.words import read_words, spellings, split_words

_TEXTS = st.lists(
    st.text(max_size=60) | st.sampled_from(["The CEO didn't say.", "$5bn, 22nd", "U.S.A"]),
    max_size=6,
)


@given(_TEXTS)
def test_the_tokens_are_the_words(texts: list[str]) -> None:
    numbers = WordNumbers()
    tokens = read_tokens(numbers, texts)
    assert len(set(numbers.words)) == len(numbers.words)
    for number, text in enumerate(texts):
        found = tokens.words[tokens.starts[number] : tokens.starts[number + 1]]
        words = [(word.surface, word.lower) for word in read_words(text)]
        assert [numbers.words[word] for word in found] == words


@given(_TEXTS)
def test_a_word_adjoins_the_one_that_ends_a_character_before(texts: list[str]) -> None:
    tokens = read_tokens(WordNumbers(), texts)
    for number, text in enumerate(texts):
        gaps = tokens.gaps[tokens.starts[number] : tokens.starts[number + 1]].tolist()
        end = 0
        for word, gap in zip(read_words(text), gaps, strict=True):
            between = text[end : word.start]
            assert bool(gap & ADJOINS) == (word.start - end <= 1)
            # otherwise it is the second part of a word written as one
            if word.start >= end:
                assert bool(gap & SPACE) == between.isspace()
                assert bool(gap & COMMA) == (
                    between[-1:].isspace() and between.rstrip()[-1:] == ","
                )
            end = word.start + len(word.surface)


@given(st.text())
def test_a_word_is_always_one_or_two(text: str) -> None:
    assert {len(spellings(surface)) for _, surface in split_words(text)} <= {1, 2}


@pytest.mark.parametrize(
    ("between", "gap"),
    [
        (" ", ADJOINS | SPACE),
        ("-", ADJOINS),
        ("\n\n", SPACE),
        (", ", COMMA),
        (",\n ", COMMA),
        (" ,", 0),
        (" (", 0),
    ],
)
def test_what_stands_between(between: str, gap: int) -> None:
    assert read_tokens(WordNumbers(), [f"a{between}b"]).gaps.tolist() == [ADJOINS, gap]


def test_no_text_has_no_tokens() -> None:
    tokens = read_tokens(WordNumbers(), [])
    assert (len(tokens.words), tokens.starts.tolist(), len(tokens.marks)) == (0, [0], 0)
    assert np.diff(read_tokens(WordNumbers(), ["", "…"]).starts).tolist() == [0, 0]
