"""Shapes of questions, and sentences that state what a shape asks for."""

import pytest

from bot.answering.citing.stated import count_in, has_number
from bot.answering.question.shape import QuestionShape, shape_of, states_comparison
from bot.answering.question.wording_model import ShapeModels

SINGLE, LIST = QuestionShape.SINGLE, QuestionShape.LIST
COUNT, COMPARISON = QuestionShape.COUNT, QuestionShape.COMPARISON
BOATS = "Northline ordered two electric boats and hired 35 sailors."


@pytest.mark.parametrize(
    ("question", "shape"),
    [
        ("who bakes the bread", SINGLE),
        ("when does the bakery open", SINGLE),
        ("What does the baker say about flour and yeast?", SINGLE),
        ("why is the oven cold", SINGLE),
        ("which bakeries are named", LIST),
        ("what are the baker's goals", LIST),
        ("who are the bakers", LIST),
        ("name the ovens", LIST),
        ("who else bakes", LIST),
        ("how many loaves are baked", COUNT),
        ("HOW MANY OVENS", COUNT),
        ("number of bakers?", COUNT),
        ("which bakery is the oldest", COMPARISON),
        ("is rye cheaper than wheat", COMPARISON),
        ("does the baker earn more than the miller", COMPARISON),
        ("", SINGLE),
        ("?", SINGLE),
    ],
)
def test_question_has_its_shape(question: str, shape: QuestionShape) -> None:
    assert shape_of(question) is shape


@pytest.mark.parametrize(
    ("sentence", "compares"),
    [
        ("The old mill is larger than the new one.", True),
        ("It is the oldest bakery in the valley.", True),
        ("The baker earns more than the miller.", True),
        ("The mill grinds flour for the bakery.", False),
        ("The baker bought an oven for $40,000.", False),
        ("She said that the mill would close.", False),
    ],
)
def test_sentence_that_compares_is_recognised(sentence: str, compares: bool) -> None:
    assert states_comparison(sentence) is compares


@pytest.mark.parametrize(
    ("question", "sentence", "number"),
    [
        ("how many sailors were hired", BOATS, "35 sailors"),
        ("how many boats are there", BOATS, "two electric boats"),
        ("number of the boats", BOATS, "two electric boats"),
        ("how many gigawatts", "It needs at least 10 gigawatts of power.", "at least 10 gigawatts"),
        ("how many ships", "It has 20 ships or more.", "20 ships or more"),
        ("how many $5 million boats are there", BOATS, "two electric boats"),
        ("how many captains", BOATS, None),
        ("how many boats", "Two boats left, and six boats came.", None),
        ("who sails the boats", BOATS, None),
    ],
)
def test_number_that_counts_is_found(question: str, sentence: str, number: str | None) -> None:
    span = count_in(question, sentence)
    assert (span and sentence[span.start : span.end]) == number


@pytest.mark.parametrize(
    ("question", "sentence", "has"),
    [
        ("how many boats", BOATS, True),
        ("how many boats", "The boats arrive in 2032.", False),
        ("how many of the 35 sailors", "All 35 sailors stayed.", False),
        ("how many boats", "The boats are blue.", False),
    ],
)
def test_number_is_new_and_no_year(question: str, sentence: str, has: bool) -> None:
    assert has_number(question, sentence) is has


def test_text_without_known_words_is_read() -> None:
    models = ShapeModels.load()
    for text in ("\N{THUMBS UP SIGN}", "x" * 2_000, "xyzzy " * 300):
        assert shape_of(text, models) in set(QuestionShape)
