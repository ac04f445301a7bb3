"""Answers in words: the text that every surface shows in place of the codes of the core."""

import json

import pytest

from bot.domain.models import Answer, SmallTalk, Status
from bot.wording.answers import answer_text, put_in_words
from prompts import chosen, text


def abstention(**fields: object) -> Answer:
    given = {"id": "q", "question": "Who?", "status": Status.ABSTAINED, "confidence": 0.1}
    return Answer.model_validate(given | {"generation": "g", "elapsed_ms": 1.0} | fields)


def test_an_abstention_names_what_the_closest_sentence_lacks() -> None:
    assert answer_text(abstention()) == "The articles don't say."
    assert answer_text(abstention(lacking=("Rosa Oduya", "2032"))) == (
        "The articles don't say. The closest sentence doesn't mention Rosa Oduya or 2032."
    )


@pytest.mark.parametrize("kind", SmallTalk)
def test_small_talk_has_a_text_of_its_own(kind: SmallTalk) -> None:
    assert answer_text(abstention(small_talk=kind)) == text(kind)


def test_the_json_has_the_words_and_not_their_codes() -> None:
    known = abstention(lacking=("2032",))
    worded = put_in_words(known)
    fields = json.loads(worded.model_dump_json())
    assert fields["text"] == answer_text(known)
    assert fields["prompts"] == chosen().version
    assert not {"lacking", "small_talk"} & fields.keys()
    assert put_in_words(worded) == worded


def test_a_stored_answer_keeps_its_codes() -> None:
    for known in (abstention(lacking=("2032",)), abstention(small_talk=SmallTalk.HELP)):
        assert Answer.model_validate_json(known.model_dump_json()) == known


def test_an_answer_of_an_older_version_keeps_its_words() -> None:
    assert answer_text(abstention(text="Nobody knows.")) == "Nobody knows."
