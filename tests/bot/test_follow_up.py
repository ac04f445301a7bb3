"""Follow-ups: which questions depend on the conversation, what they take from it, and how they are
rewritten."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.question.follow_up import Understood, understand
from bot.domain.models import Citation, Role, ShortAnswer, Turn, Verdict
from bot.wording.answers import compose_text
from prompts import text

HISTORY = (
    Turn(question="Who is the mayor of Tarn?", answer="Ilse Brandt."),
    Turn(question=" Who ordered the boats? ", answer="Northline."),
)
NAMES = "Northline Tarn Ilse Brandt"


@pytest.mark.parametrize(
    "question", ["And when?", "But why?", "When?", "How much?", "What about the crew?"]
)
def test_question_that_is_cut_short_is_read_behind_the_question_before(question: str) -> None:
    context, reading = f"{NAMES} Who ordered the boats?", f"Who ordered the boats? {question}"
    assert understand(question, HISTORY) == Understood(question, context, (reading,))
    assert understand(question, HISTORY).text == f"{context} {question}"


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What did they cost?", "What did {} cost?"),
        ("What is its price?", "What is {}'s price?"),
        ("WHAT DID IT COST?", "WHAT DID {} COST?"),
        ("When will the city get them?", "When will the city get {}?"),
    ],
)
def test_question_that_points_at_a_thing_takes_over_both(question: str, named: str) -> None:
    assert understand(question, HISTORY) == Understood(
        question,
        f"{NAMES} Who ordered the boats?",
        (
            f"Who ordered the boats? {question}",
            named.format("Northline"),
            named.format("Tarn"),
            named.format("Ilse Brandt"),
            question,
        ),
    )


@pytest.mark.parametrize("question", ["Is that certain?", "Did the latter agree?"])
def test_question_without_a_pronoun_is_also_read_alone(question: str) -> None:
    readings = f"Who ordered the boats? {question}", question
    context = f"{NAMES} Who ordered the boats?"
    assert understand(question, HISTORY) == Understood(question, context, readings)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Why did she resign?", "Why did {} resign?"),
        ("What is his plan?", "What is {}'s plan?"),
        ("Who met her and him?", "Who met {} and him?"),
    ],
)
def test_question_that_points_at_a_person_takes_over_the_names(question: str, named: str) -> None:
    understood = understand(question, HISTORY)
    assert understood.context == NAMES
    assert understood.readings == (
        f"Who ordered the boats? {question}",
        named.format("Northline"),
        named.format("Tarn"),
        named.format("Ilse Brandt"),
        question,
    )


def test_question_that_points_at_a_person_where_no_name_was_said_takes_over_the_last_question() -> (
    None
):
    history = (Turn(question="how old is the mayor?", answer="90 years."),)
    understood = understand("who was his wife?", history)
    assert understood.context == "how old is the mayor?"
    assert understood.readings == ("how old is the mayor? who was his wife?", "who was his wife?")


def test_four_names_at_most_take_the_place_of_a_pronoun() -> None:
    history = (Turn(question="Who are they?", answer="Ann, Bea, Cem, Dov, Eda and Fay."),)
    readings = understand("What did she say?", history).readings
    assert readings[1:] == (
        *(f"What did {name} say?" for name in ("Ann", "Bea", "Cem", "Dov")),
        "What did she say?",
    )


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
    assert understood.readings[0] == "and who built it? what did they charge?"


def citation(number: int, role: Role, quote: str) -> Citation:
    return Citation(
        article_id="a",
        title="",
        source="",
        published="",
        url="",
        start=0,
        end=len(quote),
        number=number,
        role=role,
        quote=quote,
        score=1.0,
    )


CITATIONS = (
    citation(1, Role.CONTEXT, "The harbour of Tarn is old."),
    citation(2, Role.EVIDENCE, "Ilse Brandt leads it."),
)
SHORT = ShortAnswer(citation=2, start=0, end=11, text="Ilse Brandt")
# Answers that the program itself writes, by their kind.
ANSWERS = {
    "short answer": compose_text(CITATIONS, SHORT),
    "yes": compose_text(CITATIONS, None, verdict=Verdict.YES),
    "no": compose_text(CITATIONS, None, verdict=Verdict.NO),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_labels_and_markers_of_an_answer_are_no_names(answer: str) -> None:
    assert "*Context:*" in answer
    assert "[2]" in answer
    history = (Turn(question="who leads the harbour?", answer=answer),)
    understood = understand("What did she say?", history)
    names = understood.context.removesuffix(" who leads the harbour?")
    assert sorted(names.split()) == ["Brandt", "Ilse", "Tarn"]
    assert set(understood.readings) == {
        "who leads the harbour? What did she say?",
        "What did Tarn say?",
        "What did Ilse Brandt say?",
        "What did she say?",
    }


def test_a_name_with_an_escaped_character_stays_whole() -> None:
    answer = compose_text([citation(1, Role.EVIDENCE, "AT&T bought the harbour.")], None)
    assert answer == "> AT\\&T bought the harbour. [1]"
    history = (Turn(question="who bought it?", answer=answer),)
    understood = understand("What did they pay?", history)
    assert understood.context == "AT&T who bought it?"
    assert "What did AT&T pay?" in understood.readings


@pytest.mark.parametrize(
    "answer", [text("abstained"), text("answers.unsure"), text("abstained_lacking", lacking="it")]
)
def test_an_abstention_has_no_names(answer: str) -> None:
    history = (Turn(question="who leads the harbour?", answer=answer),)
    understood = understand("What did she say?", history)
    assert understood.context == "who leads the harbour?"
    assert understood.readings == (
        "who leads the harbour? What did she say?",
        "What did she say?",
    )


_ASKED = st.text(max_size=60).filter(str.strip) | st.sampled_from(
    ["And when?", "What did she say?", "What is its size?", "who is it?"]
)
_ANSWER = st.text(max_size=60) | st.sampled_from(
    ["Ilse Brandt of Tarn.", "*Context:* It. [1]", "**Yes** [12]", "> She left. [2]"]
)


@given(
    asked=_ASKED,
    history=st.lists(st.builds(Turn, question=_ASKED, answer=_ANSWER), max_size=4),
)
def test_any_conversation_is_understood(asked: str, history: list[Turn]) -> None:
    understood = understand(asked, history)
    assert understood.asked == asked.strip()
    assert understood.text.endswith(understood.asked)
    assert bool(understood.readings) == bool(understood.context)
    assert all(map(str.strip, understood.readings))
    assert not any("*Context:*" in reading for reading in understood.readings[1:])
