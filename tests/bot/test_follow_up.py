"""Which questions take over the one before them."""

import pytest

from bot.answering.follow_up import Understood, understand
from bot.models import Turn

HISTORY = (
    Turn(question="Who is the mayor of Tarn?", answer="Ilse Brandt."),
    Turn(question=" Who ordered the boats? ", answer="Northline."),
)


@pytest.mark.parametrize(
    "question", ["And when?", "But why?", "When?", "How much?", "What about the crew?"]
)
def test_question_that_is_cut_short_takes_over_the_last_question_and_the_names(
    question: str,
) -> None:
    understood = understand(question, HISTORY)
    assert understood.asked == question
    assert understood.context.endswith("Who ordered the boats?")
    assert understood.context.startswith("Northline Tarn Ilse Brandt")
    assert understood.text == f"{understood.context} {question}"


@pytest.mark.parametrize(
    "question",
    [
        "What did they cost?",
        "Is that certain?",
        "Did the latter agree?",
        "What is its price?",
        "WHAT DID IT COST?",
    ],
)
def test_question_that_points_at_a_thing_takes_over_both(question: str) -> None:
    context = "Northline Tarn Ilse Brandt Who ordered the boats?"
    assert understand(question, HISTORY) == Understood(question, context)


@pytest.mark.parametrize("question", ["Why did she resign?", "What is his plan?"])
def test_question_that_points_at_a_person_takes_over_the_names(question: str) -> None:
    assert understand(question, HISTORY) == Understood(question, "Northline Tarn Ilse Brandt")


def test_question_that_points_at_a_person_where_no_name_was_said_takes_over_the_last_question() -> (
    None
):
    history = (Turn(question="how old is the mayor?", answer="90 years."),)
    assert understand("who was his wife?", history).context == "how old is the mayor?"


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
        Turn(question="where is tarn?", answer="in the north."),
        Turn(question="how old is the harbour bridge?", answer="90 years."),
        Turn(question="and who built it?", answer="a local firm."),
    )
    understood = understand("what did they charge?", history)
    assert understood.context == "how old is the harbour bridge? and who built it?"
