"""Messages with several questions."""

import pytest

from bot.answering.question.parts import questions_in


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("Who runs Nvidia? And who runs OpenAI?", ("Who runs Nvidia?", "And who runs OpenAI?")),
        (
            "when was it announced and how much is it worth",
            ("when was it announced", "how much is it worth"),
        ),
        (
            "Who runs Nvidia, and what did he say about it?",
            ("Who runs Nvidia", "what did he say about it?"),
        ),
        (
            "What is it? Who pays for it? When is it due? Who cares about it?",
            ("What is it?", "Who pays for it?", "When is it due? Who cares about it?"),
        ),
    ],
)
def test_several_questions_are_split(message: str, parts: tuple[str, ...]) -> None:
    assert questions_in(message) == parts


@pytest.mark.parametrize(
    "message",
    [
        "Did Nvidia and OpenAI agree?",
        "Is the deal dead?? really?",
        "Is it over? Or what?",
        "Hello! Who runs Nvidia?",
        "I read the article. Who runs Nvidia?",
        "Who and what is Nvidia?",
        "What happened and why?",
        "nvidia and openai",
        "What do Nvidia and OpenAI say?",
        "who runs nvidia???",
    ],
)
def test_one_question_stays_whole(message: str) -> None:
    assert len(questions_in(message)) == 1
