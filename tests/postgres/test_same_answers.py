"""Answers from a server, compared with those from files of the same articles."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest

from benchmarks.postgres.corpus import corpus, questions, stories
from bot.answering.pipeline import QuestionAnswerer
from bot.domain.models import Answer, Citation, Question
from index.building.build import BuildOptions, publish_articles
from index.encoder.encoder import Encoder
from index.generations.generation import open_current
from index.generations.live import LiveGeneration
from index.models import Article, DenseType
from index.postgres.index import ServerIndex
from index.progress import NoProgress
from tests.postgres_server import PostgresServer

_SCORE = 1e-3


@dataclass(frozen=True)
class Both:
    """One corpus in files and on a server."""

    files: LiveGeneration
    server: LiveGeneration


@contextmanager
def both_of(
    articles: list[Article], encoder: Encoder, postgres: PostgresServer, folder: Path
) -> Iterator[Both]:
    """Build both; the vectors are encoded once."""
    options = BuildOptions(dense_type=DenseType.EXACT)
    publish_articles(articles, [], folder / "index", encoder, NoProgress(), options)
    index = ServerIndex(postgres.database(), folder / "builds")
    shutil.copytree(folder / "index/vectors", index.builder / "vectors")
    index.publish(articles, encoder, NoProgress(), options)
    yield Both(
        LiveGeneration(open_current(folder / "index"), encoder),
        LiveGeneration(index.open_current(), encoder),
    )
    index.close()


def place(citation: Citation) -> tuple[object, ...]:
    """Return what a citation says, without its score."""
    copies = [(each.article_id, each.start, each.end) for each in citation.also_in]
    return (
        *(citation.number, citation.role, citation.article_id, citation.title, citation.published),
        *(citation.start, citation.end, citation.quote, citation.page, copies),
    )


def assert_same(one: Answer, other: Answer) -> None:
    assert one.status is other.status
    assert [place(each) for each in one.citations] == [place(each) for each in other.citations]
    assert [place(each) for each in one.closest] == [place(each) for each in other.closest]
    assert one.confidence == pytest.approx(other.confidence, abs=_SCORE)
    scores, others = ([each.score for each in a.citations + a.closest] for a in (one, other))
    assert scores == pytest.approx(others, abs=_SCORE)
    assert (one.short_answer, one.verdict) == (other.short_answer, other.verdict)
    assert (one.lacking, one.understood_as) == (other.lacking, other.understood_as)
    assert one.disagreement == other.disagreement


def compare(both: Both, asked: list[Question]) -> int:
    """Ask both stores; return the number of answers with a citation."""
    answered = 0
    from_files, from_server = QuestionAnswerer(), QuestionAnswerer()
    for question in asked:
        expected, found = (
            answerer.answer(live, answerer.encode(live, [question])[0]).answer
            for answerer, live in ((from_files, both.files), (from_server, both.server))
        )
        assert_same(found, expected)
        answered += bool(expected.citations)
    return answered


def test_the_answers_are_the_same(
    encoder: Encoder, postgres: PostgresServer, tmp_path: Path
) -> None:
    told = stories(2)
    asked = list(questions(told))[::12]
    with both_of(corpus(told), encoder, postgres, tmp_path) as both:
        assert compare(both, asked) > len(asked) / 3


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_the_answers_to_five_hundred_questions_are_the_same(
    encoder: Encoder, postgres: PostgresServer, tmp_path: Path
) -> None:
    told = stories(3)
    asked = list(islice(questions(told), 500))
    with both_of(corpus(told), encoder, postgres, tmp_path) as both:
        assert compare(both, asked) > 250
