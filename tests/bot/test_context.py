"""Which sentences lean on the one before them."""

import pytest

from bot.answering.context import leans_on_previous


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
