"""Questions asked before: the same answer without another computation."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.answering import answer_cache
from bot.answering.pipeline import QuestionAnswerer
from bot.answering.receipt import Receipt, Timings
from bot.domain.models import Question, Turn
from index.encoder.encoder import Encoder
from index.generations.generation import FileGeneration, current_folder
from index.generations.live import LiveGeneration, open_live

COST = Question(question="How much will the repair of the harbour bridge cost?", id="first")


@pytest.fixture
def live(built_index: Path, encoder_home: Path, encoder: Encoder) -> LiveGeneration:
    return open_live(built_index, encoder_home, reuse=encoder)


@pytest.fixture
def answerer() -> QuestionAnswerer:
    return QuestionAnswerer()


def ask(answerer: QuestionAnswerer, live: LiveGeneration, question: Question) -> Receipt:
    [encoded] = answerer.encode(live, [question])
    return answerer.answer(live, encoded)


def test_a_question_asked_again_gets_the_same_answer_with_its_own_id(
    answerer: QuestionAnswerer, live: LiveGeneration
) -> None:
    first = ask(answerer, live, COST)
    again = ask(answerer, live, COST.model_copy(update={"id": "again"}))
    assert again.ranked is first.ranked
    assert again.answer.id == "again"
    assert again.timings == Timings()
    same = {"id": "first", "elapsed_ms": first.answer.elapsed_ms}
    assert again.answer.model_copy(update=same) == first.answer
    assert ask(answerer, live, COST).answer.id == "first"


def test_threads_share_the_answers(answerer: QuestionAnswerer, live: LiveGeneration) -> None:
    first = ask(answerer, live, COST)
    assert ask(QuestionAnswerer(answerer), live, COST).ranked is first.ranked


@pytest.mark.parametrize(
    "other",
    [
        {"history": (Turn(question="Who ordered electric boats?", answer="The city."),)},
        {"as_of": "2020-01-01"},
        {"asked": "2020-01-01"},
        {"question": "How much did the repair of the harbour bridge cost?"},
    ],
)
def test_another_conversation_or_day_is_another_question(
    answerer: QuestionAnswerer, live: LiveGeneration, other: dict[str, object]
) -> None:
    first = ask(answerer, live, COST)
    asked = COST.model_copy(update=other)
    assert ask(answerer, live, asked).ranked is not first.ranked
    assert ask(answerer, live, asked).answer.as_of == other.get("as_of", "")


def test_a_new_generation_answers_anew_and_the_old_one_is_released(
    answerer: QuestionAnswerer, live: LiveGeneration, built_index: Path
) -> None:
    old = ask(answerer, live, COST)
    reopened = replace(live, generation=FileGeneration.open(current_folder(built_index)))
    new = ask(answerer, reopened, COST)
    assert new.ranked is not old.ranked
    assert new.generation is reopened.generation
    assert new.answer.citations == old.answer.citations
    kept = [each.receipt for each in answerer._latest._known.values()]
    assert [each.ranked for each in kept] == [new.ranked]


def test_a_question_with_a_conversation_is_not_cached(
    answerer: QuestionAnswerer, live: LiveGeneration
) -> None:
    turn = Turn(question="Who ordered electric boats?", answer="The city.")
    asked = COST.model_copy(update={"history": (turn,)})
    assert ask(answerer, live, asked).ranked is not ask(answerer, live, asked).ranked


def test_the_cache_does_not_know_who_asked(
    answerer: QuestionAnswerer, live: LiveGeneration
) -> None:
    ask(answerer, live, COST)
    [cached] = answerer._latest._known.values()
    assert cached.receipt.answer.id == cached.encoded.question.id == ""


def test_the_oldest_answers_are_forgotten(
    answerer: QuestionAnswerer, live: LiveGeneration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_cache, "_REMEMBERED", 2)
    first = ask(answerer, live, COST)
    ask(answerer, live, Question(question="Who ordered electric boats?"))
    assert ask(answerer, live, COST).ranked is first.ranked
    ask(answerer, live, Question(question="Who won the world cup?"))  # drops that about boats
    assert ask(answerer, live, COST).ranked is first.ranked
    assert len(answerer._latest._known) == 2
