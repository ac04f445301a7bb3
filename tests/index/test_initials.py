"""Expansions of initials, as learnt from the articles."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.initials import Initials, InitialsLearner

ENGLISH = {"who", "sec", "dot"}.__contains__


def learnt(texts: Iterable[str]) -> Initials:
    learner = InitialsLearner()
    for text in texts:
        learner.add(text)
    return learner.learnt()


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("The Tarn Harbour Board (THB) met.", "THB", "Tarn Harbour Board"),
        ("It signed a letter of intent (LoI) in May.", "LoI", "letter of intent"),
        ("New graphics processing units (GPUs) came.", "GPU", "graphics processing units"),
        ("It uses hypertext markup language (HTML).", "HTML", "hypertext markup language"),
    ],
)
def test_a_definition_in_brackets_is_learnt(text: str, short: str, long: str) -> None:
    assert learnt([text]).expand(f"Did the {short} change?") == f"Did the {long} change?"


@pytest.mark.parametrize(
    "text",
    [
        "The mayor left early (TBD).",
        "She paid in cash (USD) for it.",
        "The bridge (XYZ) is closed.",
        "(THB)",
        "",
    ],
)
def test_brackets_that_define_nothing_teach_nothing(text: str) -> None:
    assert learnt([text]).expand("TBD USD XYZ THB") == "TBD USD XYZ THB"


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("What did the TPG report?", "What did the Tarn Post Gazette report?"),
        ("Is the LoI binding?", "Is the letter of intent binding?"),
        ("is the loi binding", "is the letter of intent binding"),
        ("Is the LOI binding?", "Is the letter of intent binding?"),
        ("Who runs the BoFS?", "Who runs the BoFS?"),
    ],
)
def test_names_and_phrases_go_by_their_initials(asked: str, read: str) -> None:
    initials = learnt(["The Tarn Post Gazette saw the letter of intent.", "The TPG told nobody."])
    assert initials.expand_question(asked, ENGLISH) == read


def test_an_english_word_typed_in_small_letters_is_that_word() -> None:
    initials = learnt(["The Securities and Exchange Commission (SEC) met."])
    assert initials.expand_question("wait a sec", ENGLISH) == "wait a sec"
    assert initials.expand_question("the SEC", ENGLISH) == "the Securities and Exchange Commission"


def test_letters_that_two_names_share_stand_for_neither() -> None:
    initials = learnt(["The Tarn Post Gazette.", "The Town Planning Group."])
    assert initials.expand("TPG") == "TPG"


def test_letters_used_far_more_often_than_the_name_are_their_own_word() -> None:
    texts = ["A Modest Donor paid.", *["AMD sold chips."] * 11]
    assert learnt(texts).expand("AMD") == "AMD"


@pytest.mark.parametrize(
    "text",
    [
        "The park gets acres of land from the county.",
        "It shipped tons of rice.",
        "The boards of yards met.",
        "Acres of Land Sold Over Protest",
        "ACRES OF LAND SOLD OVER PROTEST",
        "A lot of people saw it.",
    ],
)
def test_common_words_have_no_initials(text: str) -> None:
    typed = "AOL ToR BoY ALSOP AOLSOP LoP TOR"
    assert learnt([text]).expand_question(typed, ENGLISH) == typed


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("It has acres of land (AOL) to sell.", "AOL", "acres of land"),
        ("The Association of Lenders met.", "AoL", "Association of Lenders"),
        ("It signed a memorandum of understanding.", "MoU", "memorandum of understanding"),
    ],
)
def test_introduced_phrases_names_and_conventional_phrases_have(
    text: str, short: str, long: str
) -> None:
    assert learnt([text]).expand(short) == long


def test_both_side_by_side_are_read_once() -> None:
    text = "The Tarn Harbour Board (THB) met."
    initials = learnt([text])
    assert initials.expand(text) == "The Tarn Harbour Board met."
    assert initials.expand("It (the THB) met (TBD).") == "It (the Tarn Harbour Board) met (TBD)."


def test_what_was_learnt_is_kept(tmp_path: Path) -> None:
    learnt(["The Tarn Harbour Board (THB) met."]).save(tmp_path)
    assert Initials.load(tmp_path).expand("THB") == "Tarn Harbour Board"


@given(st.lists(st.text(alphabet="ABCabc ()of.&-é's\n", max_size=60), max_size=5))
def test_any_text_can_be_learnt_from_and_expanded(texts: list[str]) -> None:
    initials = learnt(texts)
    for text in texts:
        initials.expand_question(text, ENGLISH)
