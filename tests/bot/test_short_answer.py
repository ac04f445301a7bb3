"""What a question asks for, and the span of a sentence that gives just that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.answer_kind import AnswerKind, answer_kind
from bot.answering.short_answer import find_short_answer

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
    AnswerKind.PLACE: ["Where is Tarn?"],
    AnswerKind.REASON: ["Why did it fail?"],
    AnswerKind.YES_NO: ["Is it true?", "Did she leave?"],
    AnswerKind.OTHER: ["", "whole howmuch"],
}


@pytest.mark.parametrize(
    ("question", "kind"), [(text, kind) for kind, texts in KINDS.items() for text in texts]
)
def test_question_asks_for_its_kind(question: str, kind: AnswerKind) -> None:
    assert answer_kind(question) is kind
    assert answer_kind(question.upper()) is kind


def short(kind: AnswerKind, question: str, sentence: str) -> str | None:
    span = find_short_answer(kind, question, sentence)
    return None if span is None else sentence[span.start : span.end]


@pytest.mark.parametrize(
    ("sentence", "answer"),
    [
        ("The repair will cost $12.5 million.", "$12.5 million"),
        ("The repair costs about €40,000 in all.", "€40,000"),
        ("Repair: £3bn.", "£3bn"),
        ("It gave $100 billion.", "$100 billion"),
        ("The plant delivers 10 gigawatts.", "10 gigawatts"),
        ("The plant delivers 1.2 GW.", "1.2 GW"),
        ("A raise of 6 percent was asked for.", "6 percent"),
        ("A raise of 6.5% was asked for.", "6.5%"),
        ("It took 20 billion.", "20 billion"),
        ("It took long.", None),
    ],
)
def test_amount_is_found_with_its_unit(sentence: str, answer: str | None) -> None:
    assert short(AnswerKind.AMOUNT, "How much is it?", sentence) == answer


@pytest.mark.parametrize(
    ("sentence", "answer"),
    [
        ("The bridge closes on 4 May 2031.", "4 May 2031"),
        ("The bridge closes on May 4, 2031.", "May 4, 2031"),
        ("The boats arrive in March 2032.", "March 2032"),
        ("The boats arrive in March.", "March"),
        ("They expect it in the second half of 2026.", "the second half of 2026"),
        ("It was founded in 1998.", "1998"),
        ("It was told on Monday.", "Monday"),
        ("It was told last week.", "last week"),
        ("It was told two years ago.", "two years ago"),
        ("It opened 2031-03-01.", "2031-03-01"),
        ("They may come.", None),
    ],
)
def test_date_is_found_whole(sentence: str, answer: str | None) -> None:
    assert short(AnswerKind.DATE, "When?", sentence) == answer


@pytest.mark.parametrize(
    ("sentence", "answer"),
    [
        ("The union is led by Omar Field.", "Omar Field"),
        ("However, Omar Field asked for a raise.", "Omar Field"),
        ("Ilse Brandt’s plan was praised.", "Ilse Brandt"),
        ("The plan came from Northline Group.", None),
        ("The plan came from the union.", None),
        ("On Monday it rained.", None),
    ],
)
def test_person_is_found_by_full_name(sentence: str, answer: str | None) -> None:
    assert short(AnswerKind.PERSON, "Who is it?", sentence) == answer


@pytest.mark.parametrize(
    ("sentence", "answer"),
    [
        ("The boats were ordered by Northline.", "Northline"),
        ("It was reported by the Tarn Journal.", "Tarn Journal"),
        ("The boats came from OpenAI.", "OpenAI"),
        ("The boats came late.", None),
    ],
)
def test_organisation_is_found(sentence: str, answer: str | None) -> None:
    assert short(AnswerKind.ORGANISATION, "Which company is it?", sentence) == answer


@pytest.mark.parametrize(
    ("kind", "question", "sentence"),
    [
        (AnswerKind.AMOUNT, "How much is it?", "It was $5 million or $6 million."),
        (AnswerKind.PERSON, "Who is it?", "It is Omar Field or Ilse Brandt."),
        (AnswerKind.DATE, "When?", "It closes on 4 May 2031 or on 5 June 2032."),
        (AnswerKind.ORGANISATION, "Which company?", "It is Northline or Southline."),
    ],
)
def test_of_several_that_could_be_meant_none_is_given(
    kind: AnswerKind, question: str, sentence: str
) -> None:
    assert short(kind, question, sentence) is None


def test_of_several_the_one_clearly_nearest_to_the_questions_words_is_given() -> None:
    sentence = "The repair will cost $12 million, and the new station of the tram line $90 million."
    assert short(AnswerKind.AMOUNT, "How much will the repair cost?", sentence) == "$12 million"


def test_span_that_the_question_names_itself_is_no_answer_to_it() -> None:
    question = "Who criticised Omar Field over the 6 percent?"
    assert short(AnswerKind.PERSON, question, "Omar Field was criticised.") is None
    sentence = "Omar Field was criticised by Ilse Brandt."
    assert short(AnswerKind.PERSON, question, sentence) == "Ilse Brandt"
    assert short(AnswerKind.AMOUNT, "Who paid $5 MILLION?", "$5 million was paid.") is None


def test_question_of_another_kind_has_no_short_answer() -> None:
    assert short(AnswerKind.OTHER, "Why?", "Omar Field paid $5 million on 4 May 2031.") is None


@given(
    st.sampled_from(AnswerKind),
    st.text(max_size=40),
    st.lists(
        st.sampled_from(
            ["Omar Field", "The ", "$5", " million", "6%", " May", " 2031", "’s", "Acme", ", ", " "]
        )
        | st.text(max_size=5),
        max_size=10,
    ).map("".join),
)
def test_span_lies_within_the_sentence_and_is_never_words_of_the_question(
    kind: AnswerKind, question: str, sentence: str
) -> None:
    span = find_short_answer(kind, question, sentence)
    if span is not None:
        assert 0 <= span.start < span.end <= len(sentence)
        found = sentence[span.start : span.end]
        assert found == found.strip()
        assert found.casefold() not in question.casefold()


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        (
            "Who is the CEO of OpenAI?",
            "Ann Bell, the chief executive of Brook, is frustrated with OpenAI.",
            None,
        ),
        (
            "Who is the CEO of Brook?",
            "Terms are open, with Brook’s CEO, Ann Bell, voicing concerns about OpenAI’s plans.",
            "Ann Bell",
        ),
        ("Who is frustrated with Bell?", "Ann Bell was not the one who was frustrated.", None),
        ("What percent will Brook own?", "Brook will put in $100 billion.", None),
        ("What year was it announced?", "It was announced in November.", None),
        ("How much will Brook invest?", "Brook will invest in 10 gigawatts of power.", None),
    ],
)
def test_a_span_of_the_wrong_kind_or_of_someone_elses_role_is_no_short_answer(
    question: str, sentence: str, expected: str | None
) -> None:
    span = find_short_answer(answer_kind(question), question, sentence)
    assert (span and sentence[span.start : span.end]) == expected
