"""Candidate sentences: questions of an article lead to their answers, and headings to nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.answering.pipeline import QuestionAnswerer
from bot.domain.models import Answer, Question, Role
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.generations.live import LiveGeneration, open_live
from index.progress import NoProgress

ARTICLES = {
    "interview.txt": (
        "Interview with Ada Morn\n\n"
        "Why did Kelmar close the mill in Tarn?\n\n"
        "Because the river no longer turned the wheel.\n\n"
        "When will the ferry sail again?\n\n"
        "Not before the spring of 2031.\n"
    ),
    "hearing.txt": (
        "Hearing on the quay, Tarn, 3 May 2030\n\n"
        "CHAIR: Mr Dole, how long is the new quay?\n\n"
        "DOLE: It measures 640 metres. It cost 12 million crowns.\n\n"
        "CHAIR: Ms Reed, who pays for the cranes?\n\n"
        "REED: The port authority pays for all of them.\n"
    ),
}


@pytest.fixture(scope="module")
def live(
    encoder: Encoder, encoder_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> LiveGeneration:
    articles, index = (tmp_path_factory.mktemp(name) for name in ("articles", "index"))
    for name, text in ARTICLES.items():
        (articles / name).write_text(text)
    build_index([articles], index, encoder, NoProgress())
    return open_live(index, encoder_home, reuse=encoder)


@pytest.fixture(scope="module")
def ask(live: LiveGeneration) -> Callable[[str], Answer]:
    answerer = QuestionAnswerer()

    def ask(question: str) -> Answer:
        [encoded] = answerer.encode(live, [Question(question=question)])
        return answerer.answer(live, encoded).answer

    return ask


@pytest.mark.parametrize(
    ("question", "quote", "context"),
    [
        (
            "Why did Kelmar close the mill in Tarn?",
            "Because the river no longer turned the wheel.",
            "Why did Kelmar close the mill in Tarn?",
        ),
        (
            "When will the ferry sail again?",
            "Not before the spring of 2031.",
            "When will the ferry sail again?",
        ),
        (
            "How long is the new quay?",
            "DOLE: It measures 640 metres.",
            "CHAIR: Mr Dole, how long is the new quay?",
        ),
        (
            "Who pays for the cranes?",
            "REED: The port authority pays for all of them.",
            "CHAIR: Ms Reed, who pays for the cranes?",
        ),
    ],
)
def test_a_question_of_an_article_leads_to_its_answer(
    ask: Callable[[str], Answer], question: str, quote: str, context: str
) -> None:
    answer = ask(question)
    assert answer.citations[0].quote == quote
    assert not answer.unsure
    assert [c.quote for c in answer.citations if c.role is Role.CONTEXT] == [context]


def test_the_speaker_is_context_of_the_later_sentences_of_a_turn(
    ask: Callable[[str], Answer],
) -> None:
    answer = ask("How many crowns did the new quay cost?")
    assert answer.citations[0].quote == "It cost 12 million crowns."
    context = [each.quote for each in answer.citations if each.role is Role.CONTEXT]
    assert "DOLE: It measures 640 metres." in context


def test_questions_and_headings_are_never_evidence(ask: Callable[[str], Answer]) -> None:
    for question in ("What did Kelmar close?", "Is there an interview with Ada Morn?"):
        answer = ask(question)
        for cited in (*answer.citations, *answer.closest):
            if cited.role is Role.EVIDENCE:
                assert not cited.quote.endswith("?")
                assert not cited.quote.startswith(("Interview", "Hearing"))
