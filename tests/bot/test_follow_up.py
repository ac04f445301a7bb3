"""Which questions take over the one before them."""

import pytest

from bot.answering.follow_up import Understood, understand
from bot.models import Turn

HISTORY = (
    Turn(question="Who is the mayor of Tarn?", answer="Ilse Brandt."),
    Turn(question=" Who ordered the boats? ", answer="Northline."),
)


@pytest.mark.parametrize(
    "question",
    [
        "And when?",
        "But why?",
        "When?",
        "How much?",
        "What about the crew?",
        "What did they cost?",
        "Why did she resign?",
        "Is that certain?",
        "Did the latter agree?",
        "What is its price?",
        "WHAT DID IT COST?",
    ],
)
def test_question_that_leans_takes_over_the_last_question(question: str) -> None:
    understood = understand(question, HISTORY)
    assert understood.asked == question
    assert understood.context == "Who ordered the boats?"
    assert understood.text == f"Who ordered the boats? {question}"


@pytest.mark.parametrize(
    "question",
    [
        "When does the bridge close?",
        "How much did Northline pay?",
        "Who is Omar Field?",
        "Is Italy near Tarn?",
        "Which theory holds?",
    ],
)
def test_question_that_stands_alone_stays_as_it_is(question: str) -> None:
    assert understand(question, HISTORY) == Understood(question)
    assert Understood(question).text == question


@pytest.mark.parametrize("question", ["And when?", "What did it cost?", "Who?"])
def test_without_history_no_question_is_changed(question: str) -> None:
    assert understand(question, ()) == Understood(question)


def test_space_around_the_question_goes_and_its_words_stay() -> None:
    assert understand("  Who  is\tit? \n", ()).text == "Who  is\tit?"


def test_a_chain_of_follow_ups_keeps_the_subject_that_it_began_with() -> None:
    history = (
        Turn(question="Who is the mayor of Tarn?", answer="Ilse Brandt."),
        Turn(question="How old is the harbour bridge?", answer="90 years."),
        Turn(question="And who built it?", answer="Northline."),
    )
    understood = understand("What did they charge?", history)
    assert understood.context == "How old is the harbour bridge? And who built it?"
