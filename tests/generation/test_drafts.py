"""Drafts of a model, read however well they follow the format."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.generation.drafts import MOST_SENTENCES, Draft, DraftReader, DraftSentence, read_draft
from bot.generation.errors import GenerationError

A = {"text": "The harbour closed in June.", "evidence": [1]}
B = {"text": "It opens again in May.", "evidence": [2, 3]}
WHOLE = json.dumps({"answerable": True, "sentences": [A, B]})


def read(text: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(each.text, each.evidence) for each in read_draft(text).sentences]


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        f"```json\n{WHOLE}\n```",
        f"Here is the answer:\n{WHOLE}\nI hope that helps!",
        json.dumps([A, B]),
        WHOLE.replace('"', "'"),
        WHOLE[:-2],  # cut off
        WHOLE.replace("}]", "},]"),
        "The harbour closed in June. [1] It opens again in May. [2, 3]",
        "The harbour closed in June [1]. It opens again in May [2][3].",
    ],
)
def test_what_is_nearly_the_form_is_understood(text: str) -> None:
    assert read(text) == [(A["text"], (1,)), (B["text"], (2, 3))]


@pytest.mark.parametrize(
    "evidence", [1, "1", "[1]", ["1"], [1, 1], ["[1]"], 1.0, {"number": 1}], ids=str
)
def test_numbers_are_taken_however_they_are_written(evidence: object) -> None:
    assert read(json.dumps({"sentences": [A | {"evidence": evidence}]})) == [(A["text"], (1,))]


@pytest.mark.parametrize(
    "text", ["", "   ", "null", "[]", "{}", '{"answerable": true}', "12", "{{{", "I cannot say."]
)
def test_what_is_no_draft_is_told(text: str) -> None:
    with pytest.raises(GenerationError, match="not a draft"):
        read_draft(text)


def test_one_sentence_that_is_none_spoils_only_itself() -> None:
    draft = {"answerable": True, "sentences": [A, 7, {"text": 1}, {"text": " "}, B]}
    assert [text for text, _ in read(json.dumps(draft))][:1] == [A["text"]]


def test_a_sentence_is_plain_and_on_one_line() -> None:
    sentence = DraftSentence(text=" AT&amp;T  said\nso [1][2]. ", evidence=(1,))
    assert sentence.text == "AT&T said so."


def test_no_more_sentences_are_read_than_were_asked_for() -> None:
    draft = {"answerable": True, "sentences": [A] * 50}
    assert len(read(json.dumps(draft))) == MOST_SENTENCES


def test_what_cannot_be_answered_is_known() -> None:
    assert read_draft('{"answerable": false, "sentences": []}') == Draft(
        answerable=False, sentences=()
    )


@given(st.data())
def test_a_stream_gives_each_sentence_once_and_only_when_it_is_whole(data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(WHOLE)))))
    reader, given_ = DraftReader(), list[DraftSentence]()
    for start, end in zip([0, *cuts], [*cuts, len(WHOLE)], strict=True):
        given_ += reader.feed(WHOLE[start:end])
        if end < WHOLE.index("It opens"):
            assert [each.text for each in given_] in ([], [A["text"]])
    draft, rest = reader.finish()
    assert (*given_, *rest) == draft.sentences == read_draft(WHOLE).sentences


@given(st.text() | st.text(alphabet='{}[]":,1 \\sentxivdcaw'))
def test_whatever_comes_is_a_draft_or_is_none(text: str) -> None:
    try:
        draft = read_draft(text)
    except GenerationError:
        return
    assert len(draft.sentences) <= MOST_SENTENCES
    assert all("\n" not in each.text for each in draft.sentences)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("The harbour closed in June.", True),
        ("Nvidia invested (in June!)", True),
        ("He said: “We close.”", True),
        ("Tarn closed.", True),
        ("Sam Altman", False),
        ("Sam Altman.", False),
        ("Nvidia, OpenAI and Sam Altman", False),
        ("$100 billion.", True),  # complete; only the verifier refuses it
        ("The mayor described it as the town's", False),
        ("", False),
    ],
)
def test_only_what_says_something_by_itself_is_whole(text: str, whole: bool) -> None:
    assert DraftSentence(text=text, evidence=(1,)).is_whole is whole
