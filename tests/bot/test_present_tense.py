"""Questions about a past state, and their wording in the present tense."""

import pytest

from bot.answering.time.present import asks_for_state, in_present


@pytest.mark.parametrize(
    ("past", "present"),
    [
        ("Who was the mayor?", "Who is the mayor?"),
        ("how full was the reservoir", "how full is the reservoir"),
        ("Were the two sides talking?", "Are the two sides talking?"),
        ("How many people did it employ?", "How many people does it employ?"),
        ("could you water your garden", "can you water your garden"),
        ("Who led the trial?", "Who leads the trial?"),
        ("how many people worked there", "how many people work there"),
        ("When wasn't it known?", "When isn't it known?"),
        ("When was it expected to open?", "When is it expected to open?"),
    ],
)
def test_a_past_state_is_asked_for_in_the_present(past: str, present: str) -> None:
    assert asks_for_state(past)
    assert in_present(past) == present


@pytest.mark.parametrize(
    "question",
    [
        "What was announced?",
        "Who was elected?",
        "What did the union say?",
        "How did the council vote?",
        "Who has resigned?",
        "What happened?",
        "What had been decided?",
    ],
)
def test_an_event_stays_in_the_past(question: str) -> None:
    assert not asks_for_state(question)
    assert in_present(question) == question


@pytest.mark.parametrize("question", ["", "?", "was", "who led", "Who is the mayor?", "had"])
def test_other_text_stays_as_it_is_or_has_a_present(question: str) -> None:
    assert in_present(question).replace("is", "was") == question.replace("is", "was")
