"""Small talk gets a reply in kind; a question that opens politely is still a question."""

import pytest

from bot.answering.question.small_talk import small_talk
from prompts import text


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Hello", "greeting"),
        ("hi there!", "greeting"),
        ("Good morning 👋", "greeting"),
        ("thanks!!", "thanks"),
        ("ok thank you so much", "thanks"),
        ("bye", "farewell"),
        ("Write me a poem", "request"),
        ("please tell me a joke about chips", "request"),
    ],
)
def test_the_whole_message_is_small_talk_and_has_its_text(message: str, kind: str) -> None:
    assert small_talk(message) == kind
    assert text(kind)


@pytest.mark.parametrize(
    "message",
    [
        "Hello, who runs Nvidia?",
        "hey when is the first gigawatt due",
        "Thanks to whom did the deal come about?",
        "Tell me the price",
        "who wrote the memorandum?",
        "",
    ],
)
def test_questions_are_not_small_talk(message: str) -> None:
    assert small_talk(message) is None
