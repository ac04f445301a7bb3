"""Syndicated copies count as one piece of evidence; a changed name, number or "not" makes
another."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.pipeline import QuestionAnswerer
from bot.answering.ranking.copies import DistinctHit, are_copies, collapse_copies
from bot.answering.ranking.evidence_model import EvidenceModel
from bot.answering.ranking.pool import READ_WORDS
from bot.domain.models import Question
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.generations.live import open_live
from index.progress import NoProgress
from index.retrieval import SentenceHit
from index.stores.text_store import StoredArticle, StoredSentence
from tests.bot.pools import pool_of

SENTENCE = "The harbour board paid Northline $3 million for two electric ferries."


def hit(row: int, text: str) -> SentenceHit:
    article = StoredArticle(row, str(row), "", "", "", "", "", 0, 0, row, row + 1)
    return SentenceHit(StoredSentence(row, article, 0, len(text), text, 0), 1.0, 1.0, 1.0, 1.0, 1.0)


@pytest.fixture(scope="module")
def model() -> EvidenceModel:
    return EvidenceModel.load()


def distinct_of(model: EvidenceModel, hits: list[SentenceHit]) -> list[DistinctHit]:
    return collapse_copies(hits, pool_of(model, [each.sentence.text for each in hits]))


@pytest.mark.parametrize(
    "copy",
    [
        SENTENCE,
        "Harbour board paid Northline $3 million for the two electric ferries",
        "For two electric ferries, the harbour board paid Northline $3 million.",
    ],
)
def test_copies_go_to_the_first_of_their_kind(model: EvidenceModel, copy: str) -> None:
    hits = [hit(0, SENTENCE), hit(1, "Something else was said of it."), hit(2, copy)]
    distinct = distinct_of(model, hits)
    assert [each.hit for each in distinct] == hits[:2]
    assert [each.place for each in distinct] == [0, 1]
    assert distinct[0].copies == (hits[2],)


@pytest.mark.parametrize(
    "other",
    [
        SENTENCE.replace("3", "4"),
        SENTENCE.replace("Northline", "Southline"),
        SENTENCE.replace("paid", "has not paid"),
        SENTENCE.replace("paid", "reportedly paid"),
    ],
)
def test_what_differs_in_a_word_that_matters_is_no_copy(model: EvidenceModel, other: str) -> None:
    assert len(distinct_of(model, [hit(0, SENTENCE), hit(1, other)])) == 2


_TEXT = st.text(max_size=40) | st.lists(
    st.sampled_from("the boat boats wasn't not sank in May 5 $5".split()), max_size=6
).map(" ".join)


@settings(deadline=None)
@given(_TEXT, _TEXT)
def test_what_is_collapsed_is_what_two_texts_are(
    model: EvidenceModel, one: str, other: str
) -> None:
    collapsed = len(distinct_of(model, [hit(0, one), hit(1, other)])) == 1
    assert are_copies(one, other) == collapsed


def test_what_may_differ_behind_what_is_read_is_no_copy(model: EvidenceModel) -> None:
    long = "ferries " * READ_WORDS
    assert len(distinct_of(model, [hit(0, f"{long}sank"), hit(1, f"{long}came")])) == 2
    assert len(distinct_of(model, [hit(0, long), hit(1, long)])) == 1


def test_an_answer_names_the_other_articles_once(
    encoder: Encoder, encoder_home: Path, tmp_path: Path
) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    for name in ("daily", "evening", "weekly"):
        (articles / f"{name}.txt").write_text(f"{SENTENCE} {name.capitalize()} readers wrote in.")
    build_index([articles], tmp_path / "index", encoder, NoProgress())
    live = open_live(tmp_path / "index", encoder_home, reuse=encoder)
    answerer = QuestionAnswerer()
    asked = Question(question="How much did the harbour board pay Northline for the ferries?")
    answer = answerer.answer(live, answerer.encode(live, [asked])[0]).answer
    assert [c.quote for c in answer.citations].count(SENTENCE) == 1
    first = answer.citations[0]
    assert {first.article_id, *(c.article_id for c in first.also_in)} == {
        "daily",
        "evening",
        "weekly",
    }
