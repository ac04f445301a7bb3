"""What goes with whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.analysis import stem
from bot.answering.relations import compare_owners, owners
from index.words import read_words


def _owners(text: str) -> dict[str, frozenset[str]]:
    words = read_words(text)
    return owners(words, [stem(word.lower) for word in words])


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("Sam Altman, the chief executive of OpenAI, kept silent.", 1),
        ("OpenAI's outspoken chief executive kept silent.", 1),
        ("OpenAI CEO Sam Altman kept silent.", 1),
        ("Jensen Huang, the chief executive of Nvidia, doubts OpenAI.", -1),
        ("Nvidia’s CEO, Jensen Huang, doubts OpenAI.", -1),
        ("The chief executive kept silent about OpenAI.", 0),
        ("OpenAI kept silent.", 0),
    ],
)
@pytest.mark.parametrize("question", ["Who is the CEO of OpenAI?", "Who is OpenAI's CEO?"])
def test_a_role_belongs_to_one(question: str, sentence: str, verdict: float) -> None:
    assert compare_owners(_owners(question), _owners(sentence)) == verdict


def test_a_deed_belongs_to_who_does_it() -> None:
    asked = _owners("Has Altman resigned?")
    assert compare_owners(asked, _owners("In May Altman resigned.")) == 1
    assert compare_owners(asked, _owners("In May Brockman resigned, not he.")) == -1


def test_a_question_about_nobody_compares_with_nothing() -> None:
    asked = _owners("When does the bridge close?")
    assert compare_owners(asked, _owners("The Tarn bridge closes in May.")) == 0


@given(st.text(max_size=120), st.text(max_size=120))
def test_any_two_texts_can_be_compared(question: str, sentence: str) -> None:
    assert compare_owners(_owners(question), _owners(sentence)) in {-1.0, 0.0, 1.0}
