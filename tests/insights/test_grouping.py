"""Groups of questions by meaning, with the real encoder."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.insights.grouping import central, grouped
from bot.insights.meanings import Meanings
from index.encoder.encoder import Encoder
from tests.insights.paraphrases import GROUPS, SINGLE

MEANING = {text: number for number, group in enumerate(GROUPS) for text in group}
MEANING |= {text: -number for number, text in enumerate(SINGLE, start=1)}


def test_questions_of_one_meaning_are_grouped_and_others_seldom(encoder: Encoder) -> None:
    texts = list(MEANING)
    groups = Meanings(texts, encoder.encode_passages).groups()
    group_of = {place: number for number, group in enumerate(groups) for place in group}
    together = alike = both = 0
    for one, other in combinations(range(len(texts)), 2):
        same = MEANING[texts[one]] == MEANING[texts[other]]
        joined = group_of[one] == group_of[other]
        together, alike, both = together + joined, alike + same, both + (same and joined)
    assert both / together > 0.8
    assert both / alike > 0.5


def test_the_same_text_is_encoded_once_and_counts_as_often_as_it_was_asked(
    encoder: Encoder,
) -> None:
    encoded: list[str] = []

    def encode(texts: list[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        encoded.extend(texts)
        return encoder.encode_passages(texts)

    texts = ["Who runs OpenAI?", "who runs  openai?", "Who is the CEO of OpenAI?"]
    meanings = Meanings(texts, encode)  # type: ignore[arg-type]
    assert encoded == [texts[0], texts[2]]
    assert meanings.groups() == [[0, 1, 2]]
    assert meanings.most_central([0, 1, 2]) == 0
    assert meanings.most_central([2]) == 2


def test_no_texts_make_no_groups(encoder: Encoder) -> None:
    assert Meanings([], encoder.encode_passages).groups() == []


def test_a_group_needs_the_mean_and_not_one_near_pair() -> None:
    """Each is near the next, and the ends are far apart: a chain is no group."""
    angles = np.radians([0, 35, 70, 105])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert grouped(vectors, [1] * 4, 0.8) == [[0, 1], [2, 3]]
    assert central(vectors, [0, 1, 2], [1, 1, 1]) == 1
    assert central(vectors, [0, 1, 2], [9, 1, 1]) == 0


@given(st.lists(st.integers(0, 5), max_size=30), st.floats(-1, 1))
def test_every_text_is_in_one_group(angles: list[int], least: float) -> None:
    """Equal vectors tie everywhere; this must end, too."""
    turned = np.asarray(angles, dtype=np.float32)
    vectors = np.stack([np.cos(turned), np.sin(turned)], axis=1)
    groups = grouped(vectors, [1] * len(angles), least)
    assert sorted(place for group in groups for place in group) == list(range(len(angles)))
    if least <= 0.99:
        for group in groups:  # equal vectors are never apart
            outside = set(range(len(angles))) - set(group)
            assert not {angles[p] for p in group} & {angles[p] for p in outside}


@pytest.mark.parametrize("count", [1, 2])
def test_few_vectors(count: int) -> None:
    vectors = np.ones((count, 1), np.float32)
    assert grouped(vectors, [1] * count) == [list(range(count))]
