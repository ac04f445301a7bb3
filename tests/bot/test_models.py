"""Questions and answers at the interface: accepted input, refused input, and output."""

import json

import pytest
from pydantic import ValidationError

from bot.domain.errors import QuestionError
from bot.domain.models import (
    MAX_QUESTION_CHARS,
    Answer,
    Citation,
    Question,
    Role,
    Status,
    check_question,
)
from bot.wording.errors import error_line, worded_errors


@pytest.mark.parametrize(
    "text",
    ["Who?", "a\tb\r\nc", "👩‍🍳?", "誰?", "e\u0301", "x" * MAX_QUESTION_CHARS, "\u202ewho?"],
)
def test_question_of_any_language_is_taken(text: str) -> None:
    check_question(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        (" \r\n\t\u00a0\u2003", "empty"),
        ("x" * 10_000, "10,000 characters; the limit is 2,000"),
        ("a\0b", "U+0000"),
        ("\x1b[31mred", "U+001B"),
        ("\x7f", "U+007F"),
        ("\x85", "empty"),
        ("a\x85b", "U+0085"),
        ("\udcff", "U+DCFF"),
    ],
)
def test_question_that_cannot_be_taken_is_refused_in_words(text: str, told: str) -> None:
    with pytest.raises(QuestionError, match=told.replace("+", r"\+")) as caught, worded_errors():
        check_question(text)
    assert len(error_line(caught.value)) < 200
    assert error_line(caught.value).isprintable()


def test_question_takes_what_exports_write() -> None:
    question = Question.model_validate_json(
        '{"id": 7, "question": "Who?", "history": null, "gold": {"x": 1}}'
    )
    assert (question.id, question.history) == ("7", ())


def test_turns_of_a_history_may_carry_more_than_is_needed() -> None:
    question = Question.model_validate_json(
        '{"question": "Who?", "history": [{"question": "a", "answer": "b", "score": 1}]}'
    )
    assert question.history[0].answer == "b"


@pytest.mark.parametrize(
    "line",
    [
        '{"id": "x"}',
        '{"question": null}',
        '{"question": ["a"]}',
        '"Who?"',
        "[]",
        "7",
        '{"question": "a", "history": [{"question": "b"}]}',
        '{"question": "a", "history": "b"}',
    ],
)
def test_what_is_no_question_is_not_taken_for_one(line: str) -> None:
    with pytest.raises(ValidationError):
        Question.model_validate_json(line)


def answer(**changes: object) -> Answer:
    citation = {
        "number": 1,
        "role": "evidence",
        "article_id": "a",
        "title": "",
        "source": "",
        "published": "",
        "url": "",
        "start": 0,
        "end": 2,
        "quote": "It",
        "score": 0.5,
    }
    fields = {
        "id": "1",
        "question": "Who?",
        "status": "answered",
        "text": "> It [1]",
        "citations": [citation, citation | {"number": 2, "role": "context"}],
        "confidence": 0.5,
        "generation": "g",
        "elapsed_ms": 1.0,
    }
    return Answer.model_validate(fields | changes)


def test_answer_survives_the_way_through_json() -> None:
    assert Answer.model_validate_json(answer().model_dump_json()) == answer()


def test_json_keeps_every_character_as_it_is() -> None:
    text = "café 👩‍🍳 \ufeff\r\n\u2028 [1]"
    assert json.loads(answer(text=text).model_dump_json())["text"] == text


def test_evidence_leaves_context_out() -> None:
    assert [citation.number for citation in answer().evidence] == [1]


@pytest.mark.parametrize("confidence", [-0.01, 1.01, float("nan")])
def test_confidence_is_a_probability(confidence: float) -> None:
    with pytest.raises(ValidationError):
        answer(confidence=confidence)


def test_answers_cannot_be_changed_and_take_no_unknown_keys() -> None:
    with pytest.raises(ValidationError):
        answer().text = "other"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        answer(colour="red")


def test_names_of_statuses_and_roles_are_those_of_the_contract() -> None:
    assert [status.value for status in Status] == ["answered", "abstained", "error"]
    assert [role.value for role in Role] == ["evidence", "context"]
    assert set(Citation.model_fields) >= {"number", "role", "start", "end", "quote", "score"}
