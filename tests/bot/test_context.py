"""Sentences that need the sentence before them as context."""

import pytest

from bot.answering.text.context import leans_on_previous, named_by


@pytest.mark.parametrize(
    "sentence",
    [
        "He left in May.",
        "It cost $5 million.",
        "They agreed.",
        "This deal is the largest so far.",
        "These were sold.",
        "Its shares fell.",
        "However, she stayed.",
        "Meanwhile the company hired.",
        "And they won.",
        "But he refused.",
        "“They were wrong,” said Brandt.",
        "The company declined to comment.",
        "The two will meet in June.",
        "That plan failed.",
        "HE LEFT.",
        "Even so, it grew.",
    ],
)
def test_sentence_that_opens_by_pointing_back_leans(sentence: str) -> None:
    assert leans_on_previous(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Mayor Brandt left in May.",
        "However, Brandt stayed.",
        "Acme said that it would pay.",
        "The bridge will close.",
        "Heather left.",
        "Items are sold.",
        "Thistles grow here.",
        "The firmware was late.",
        "",
        "…",
    ],
)
def test_sentence_that_names_what_it_is_about_stands_alone(sentence: str) -> None:
    assert not leans_on_previous(sentence)


@pytest.mark.parametrize(
    ("sentence", "before", "named"),
    [
        ("It grew.", "Acme sued Bolt.", "Acme grew."),
        ("Its shares fell.", "Then Acme sued Bolt.", "Acme's shares fell."),
        ("He left.", "Acme hired Sam Field.", "Sam Field left."),
        ("Her firm grew.", "Ann Lee met Sam Field.", "Ann Lee's firm grew."),
        ("It grew.", "Sam Field left.", ""),
        ("He left.", "Acme grew.", ""),
        ("They left.", "Acme grew.", ""),
        ("Items are sold.", "Acme grew.", ""),
        ("It grew.", "", ""),
    ],
)
def test_a_name_that_fits_takes_the_place_of_a_pronoun(
    sentence: str, before: str, named: str
) -> None:
    assert named_by(sentence, before) == named
