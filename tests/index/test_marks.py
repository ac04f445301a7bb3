"""The marks of sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.initials import Initials, InitialsLearner
from index.text.marks import ASKS, INITIALS, MONEY, QUOTES, REASON, TEACHES, read_marks


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("the boat left", 0),
        ("“the boat left”", QUOTES),
        ("did the boat leave? ", ASKS),
        ("the boat cost $ 5", MONEY),
        ("it cost 1,000.5 million euros", MONEY),
        ("5 boats left", 0),
        ("the boat left because of fog", REASON),
        ("As a result it left", REASON),
        ("it left to avoid fog", REASON),
        ("it left to sea", 0),
        ("the NDA is signed", INITIALS | TEACHES),
        ("the United Boat Club sank", TEACHES),
        ("a memorandum of understanding", TEACHES),
    ],
)
def test_what_is_marked(text: str, marks: int) -> None:
    assert read_marks(text, text) == marks


def test_what_initials_stand_for_is_read_too() -> None:
    assert read_marks("it left, BOF", "it left, because of fog") == REASON | INITIALS | TEACHES


@given(st.text(st.sampled_from("abAB (),ofthe &'s"), max_size=40))
def test_what_is_not_marked_teaches_nothing_and_is_not_changed(text: str) -> None:
    marks = read_marks(text, text)
    learner = InitialsLearner()
    learner.add(text)
    if not marks & TEACHES:
        assert not any((learner._used, learner._phrases, learner._defined))
    if not marks & INITIALS:
        assert Initials({"AB": "Acme Boats", "BA": "Bay Area"}).expand(text) == text
