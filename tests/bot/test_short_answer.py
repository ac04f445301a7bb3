"""The kind of answer a question asks for, and which part of the best sentence may answer it
alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.citing.short_answer import fits, short_answer
from bot.answering.judge.judge import Judgement
from bot.answering.question.answer_kind import AnswerKind, answer_kind
from bot.answering.ranking.evidence_model import OperatingPoint
from index.models import Span

KINDS = {
    AnswerKind.AMOUNT: [
        "How much will the repair cost?",
        "How big is the stake?",
        "How many gigawatts are planned?",
        "How many dollars were paid?",
        "What is the total value of the deal?",
        "What was the agreed price?",
        "What sum was named?",
    ],
    AnswerKind.COUNT: ["How many sailors were hired?", "How many boats did they order?"],
    AnswerKind.DATE: [
        "When does the bridge close?",
        "What year was it?",
        "On which day did she leave?",
        "How soon will it open?",
        "What is the deadline?",
        "By when will the company pay?",
    ],
    AnswerKind.PERSON: [
        "Who leads the union?",
        "Whose idea was it?",
        "To whom was it sold?",
        "Which executive resigned?",
        "What is the name of the chief?",
    ],
    AnswerKind.ORGANISATION: [
        "Which company ordered the boats?",
        "What newspaper reported it?",
        "Which big rivals are there?",
        "Whose bank paid?",
    ],
    AnswerKind.PLACE: ["Where is Tarn?", "Which city was chosen?"],
    AnswerKind.REASON: ["Why did it fail?", "What was the reason?"],
    AnswerKind.MANNER: ["How was it repaired?"],
    AnswerKind.YES_NO: ["Is it true?", "Did she leave?", "And will it reopen?"],
    AnswerKind.THING: ["What did they order?"],
    AnswerKind.OTHER: ["", "whole howmuch"],
}


@pytest.mark.parametrize(
    ("question", "kind"), [(text, kind) for kind, texts in KINDS.items() for text in texts]
)
def test_question_asks_for_its_kind(question: str, kind: AnswerKind) -> None:
    assert answer_kind(question) is kind
    assert answer_kind(question.upper()) is kind


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How much will the repair cost?", "$12.5 million"),
        ("How much will the repair cost?", "half a million euros"),
        ("How big is the stake?", "6 percent"),
        ("How much was paid?", "nothing in the first two years"),
        ("How many people were hired?", "35"),
        ("How many people were hired?", "twenty sailors"),
        ("How many people were hired?", "none"),
        ("How many dollars were paid?", "$5 million"),
        ("How many pounds does the anchor weigh?", "40 pounds"),
        ("When does the bridge close?", "4 May 2031"),
        ("When does the bridge close?", "next week"),
        ("Who leads the union?", "Omar Field"),
        ("Who leads the union?", "its oldest member"),
        ("Who is Omar Field?", "the leader of the union"),
        ("Which company ordered the boats?", "Northline Ferries"),
        ("Where is Tarn?", "on the coast"),
        ("What did they order?", "two electric boats"),
        ("the repair?", "Omar Field"),
    ],
)
def test_a_text_of_the_kind_that_is_asked_for_fits(question: str, text: str) -> None:
    assert fits(answer_kind(question), question, text)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How much will the repair cost?", "a fortune"),
        ("How much will the repair cost?", "the city of Tarn"),
        ("How many people were hired?", "sailors"),
        ("How many people were hired?", "a party in the county"),
        ("How many people were hired?", "$5 million"),
        ("How many people were hired?", "5 million dollars"),
        ("How many people were hired?", "€40,000"),
        ("How many people were hired?", "three billion USD"),
        ("How long is the bridge?", "£3bn"),
    ],
)
def test_a_count_is_no_money_and_a_number_is_needed(question: str, text: str) -> None:
    assert not fits(answer_kind(question), question, text)


@pytest.mark.parametrize(
    "text", ["Omar Field", "omar", "Field", "FIELD, Omar", "Omar Field’s", "is"]
)
def test_a_name_that_was_asked_about_is_no_answer(text: str) -> None:
    assert not fits(AnswerKind.PERSON, "Who is Omar Field?", text)


def test_an_amount_that_the_question_names_is_no_answer() -> None:
    assert not fits(AnswerKind.AMOUNT, "How much is $5 million?", "$5 MILLION")


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Why did it fail?", "the rust"),
        ("How was it repaired?", "with new steel"),
        ("Is it true?", "No"),
    ],
)
def test_reasons_manners_and_verdicts_have_no_short_answer(question: str, text: str) -> None:
    assert not fits(answer_kind(question), question, text)


@pytest.mark.parametrize("kind", [AnswerKind.PERSON, AnswerKind.COUNT, AnswerKind.OTHER])
def test_eight_words_fit_and_nine_are_too_long(kind: AnswerKind) -> None:
    assert fits(kind, "Who leads?", "2 old members of the union in Tarn")
    assert not fits(kind, "Who leads?", "2 very old members of the union in Tarn")


def test_money_answers_a_count_of_money_only() -> None:
    assert fits(AnswerKind.COUNT, "How many million dollars did it cost?", "$5 million")
    assert not fits(AnswerKind.COUNT, "How many boats are there?", "$5 million")
    assert not fits(AnswerKind.COUNT, "How many 3 million dollar boats are there?", "$5 million")


@pytest.mark.parametrize("text", ["", " ", "—", "“”"])
def test_a_text_without_words_does_not_fit(text: str) -> None:
    assert not fits(AnswerKind.PERSON, "Who leads?", text)


SENTENCE = "The repair will cost $12.5 million and take two years."
AMOUNT, YEARS = Span(21, 34), Span(44, 53)
POINT = OperatingPoint(
    threshold=0.5,
    short_answer=0.4,
    verdict=0.7,
    answered_unanswerable=0.1,
    refused_answerable=0.1,
    questions=100,
)


def judged(span: Span | None, probability: float = 0.9) -> Judgement:
    return Judgement(3.0, -3.0, -3.0, span, probability)


def test_the_judges_span_is_the_short_answer() -> None:
    found = short_answer("How much will it cost?", SENTENCE, judged(AMOUNT), 0.9, POINT)
    assert found == AMOUNT
    assert SENTENCE[AMOUNT.start : AMOUNT.end] == "$12.5 million"


def test_a_span_that_does_not_fit_is_not_shown() -> None:
    assert short_answer("How many ships wait?", SENTENCE, judged(AMOUNT), 0.9, POINT) is None
    assert short_answer("How many ships wait?", SENTENCE, judged(YEARS), 0.9, POINT) == YEARS


@pytest.mark.parametrize(
    ("sentence", "judges", "shown"),
    [
        ("The quay will cost $640 mln.", "$640", "$640 mln"),
        ("The quay will cost 5-7 billion euros.", "5", "5-7 billion euros"),
        ("The price is 40 million euros below the last bid.", "40 million euros", None),
        ("They pay 3 million dollars more than Ada.", "3 million dollars", None),
    ],
)
def test_an_amount_is_shown_whole_and_a_difference_not_at_all(
    sentence: str, judges: str, shown: str | None
) -> None:
    start = sentence.index(judges)
    span = judged(Span(start, start + len(judges)))
    found = short_answer("How much will it cost?", sentence, span, 0.9, POINT)
    assert (found and sentence[found.start : found.end]) == shown


def test_a_difference_answers_a_question_for_one() -> None:
    sentence = "The price is 40 million euros below the last bid."
    question = "How much lower is the price than the last bid?"
    assert short_answer(question, sentence, judged(Span(13, 29)), 0.9, POINT) is not None


@pytest.mark.parametrize("without", [None, judged(None)])
def test_without_a_span_there_is_no_short_answer(without: Judgement | None) -> None:
    assert short_answer("How much will it cost?", SENTENCE, without, 1.0, POINT) is None


@pytest.mark.parametrize(
    ("confidence", "probability", "shown"),
    [
        (0.8, 0.5, True),
        (0.5, 0.8, True),
        (0.79, 0.5, False),
        (1.0, 0.39, False),
        (0.39, 1.0, False),
    ],
)
def test_a_short_answer_needs_both_to_be_sure(
    confidence: float, probability: float, shown: bool
) -> None:
    span = judged(AMOUNT, probability)
    found = short_answer("How much will it cost?", SENTENCE, span, confidence, POINT)
    assert (found is not None) is shown


@given(
    kind=st.sampled_from(AnswerKind),
    question=st.text(max_size=40),
    text=st.text(max_size=40) | st.sampled_from(["5", "Omar Field", "$5 million", "two years"]),
)
def test_words_of_the_question_never_fit(kind: AnswerKind, question: str, text: str) -> None:
    assert not fits(kind, f"{question} {text}?", text)
