"""Inventions of a real model about the bundled articles: only supported sentences leave."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.answering.ranking.evidence_model import EvidenceModel
from bot.answering.verification.verifier import Cited, Verifier
from bot.app import open_live_index, open_service
from bot.config.settings import Settings
from bot.domain.claims import Standing
from bot.domain.models import Answer, Mode, Question, Role
from bot.wording.answers import answer_text
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.generations.live import LiveIndex
from index.generations.reader import Generation
from index.progress import NoProgress
from index.stores.text_store import about

ARTICLES = Path(__file__).parents[2] / "articles"
QUESTIONS = (
    "How much is the partnership worth?",
    "Has Nvidia paid out any part of its planned investment so far?",
    "Is the collapse described as a possibility or as something that has happened?",
    "Who is Jensen Huang reportedly frustrated with?",
    "How much did Nvidia invest in Anthropic?",
    "When did OpenAI and Nvidia announce their partnership?",
)

# The model writes once for all tests, which takes longer than a test may on a slow machine.
# One worker runs them all: the model takes 20 s to load and write.
pytestmark = [pytest.mark.timeout(func_only=True), pytest.mark.xdist_group("invention")]


@pytest.fixture(scope="module")
def live(
    encoder: Encoder, encoder_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> LiveIndex:
    index = tmp_path_factory.mktemp("deal") / "index"
    build_index([ARTICLES], index, encoder, NoProgress())
    return open_live_index(Settings(index=index, encoders=encoder_home))


@pytest.fixture(scope="module")
def answers(live: LiveIndex, encoder_home: Path, smollm: str) -> list[Answer]:
    """Answer one question after the other, because the server has one thread."""
    settings = Settings(
        encoders=encoder_home,
        llm_model="smollm2",
        llm_base_url=smollm,
        llm_timeout_s=60,
        deadline_s=90,
    )

    async def ask() -> list[Answer]:
        async with open_service(settings, live) as service:
            return [
                (await service.answer(Question(question=question))).answer for question in QUESTIONS
            ]

    return asyncio.run(ask())


def evidence(answer: Answer, numbers: Sequence[int], generation: Generation) -> list[Cited]:
    """Return the sentences cited by these numbers, with their context."""
    context = [each.quote for each in answer.citations if each.role is Role.CONTEXT]
    cited = []
    for each in answer.citations:
        if each.number in numbers:
            article = generation.texts.find_article(each.article_id)
            assert article is not None
            cited.append(Cited(each.quote, "\n".join([about(article), *context])))
    return cited


def test_what_leaves_is_carried_by_what_it_cites(answers: list[Answer], live: LiveIndex) -> None:
    """The test's own verifier sees only the answer and the articles."""
    verifier, generation = Verifier(EvidenceModel.load().words), live.current.generation
    for answer in answers:
        for written in answer.written:
            cited = evidence(answer, written.citations, generation)
            assert len(cited) == len(written.citations)
            verdict = verifier.verify(written.text, cited, generation.initials)
            assert verdict.standing is Standing.SUPPORTED, (written.text, cited)


def test_what_is_quoted_is_exact(answers: list[Answer], live: LiveIndex) -> None:
    texts = live.current.generation.texts
    quoted = [citation for answer in answers for citation in answer.citations]
    assert quoted
    for each in quoted:
        article = texts.find_article(each.article_id)
        assert article is not None
        assert texts.article_text(article)[each.start : each.end] == each.quote


def test_it_invents_and_repeats_and_only_a_part_leaves(answers: list[Answer]) -> None:
    """Without this, the tests above prove nothing."""
    writing = [answer.writing for answer in answers if answer.writing]
    assert len(writing) == len(QUESTIONS)
    assert sum(each.sentences for each in writing) > sum(each.verified for each in writing) > 0


def test_an_answer_says_who_wrote_it(answers: list[Answer]) -> None:
    for answer in answers:
        assert answer.writing is not None
        assert answer.writing.model == "smollm2"
        assert (answer.mode is Mode.LLM) == bool(answer.written) == (answer.writing.verified > 0)
        assert all(written.text in answer_text(answer) for written in answer.written)
