"""The learned ranking: invariants for any weights, and cases that the real weights must solve."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.judge.judge import Judgement
from bot.answering.question.answer_kind import AnswerKind
from bot.answering.ranking import evidence_model
from bot.answering.ranking.evidence_model import (
    CONFIDENCE_NAMES,
    STACKED_NAMES,
    EvidenceModel,
    confidence_row,
    ranking_names,
    ranking_table,
)
from bot.answering.ranking.features import raw_features
from bot.answering.ranking.matches import QuestionMatches
from tests.bot.pools import pool_of, rank

_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=120)


@pytest.fixture(scope="module")
def model() -> EvidenceModel:
    return EvidenceModel.load()


@settings(max_examples=60, deadline=None)
@given(question=_TEXT, sentences=st.lists(_TEXT, min_size=1, max_size=6), title=_TEXT)
def test_any_text_gets_finite_features_and_a_probability(
    model: EvidenceModel, question: str, sentences: list[str], title: str
) -> None:
    pool = pool_of(model, sentences, title)
    asked = model.question(question)
    features = raw_features(QuestionMatches(asked, pool))
    assert all(
        np.isfinite(values).all() and len(values) == len(pool) for values in features.values()
    )
    ranking = rank(model, question, sentences, title)
    assert len(ranking.scores) == len(pool)
    assert np.isfinite(ranking.scores).all()
    assert 0 <= ranking.confidence <= 1


def test_the_weights_are_for_the_features_that_are_computed(model: EvidenceModel) -> None:
    asked, pool = model.question("Who leads Acme?"), pool_of(model, ["Acme is led by Ann Bell."])
    reading = QuestionMatches(asked, pool)
    features = raw_features(reading)
    table = ranking_table(asked, features)
    assert model.weights.ranking.names == tuple(ranking_names(list(features)))
    assert table.shape == (1, len(model.weights.ranking.names))
    assert model.weights.confidence.names == CONFIDENCE_NAMES
    assert model.weights.stacked.names == STACKED_NAMES
    judged = [Judgement(0.0, 0.0, 0.0, None, 0.0)]
    scores, chosen = np.zeros(1), np.array([0])
    row = confidence_row(reading, features, scores, scores, chosen, judged)
    assert row.shape == (len(CONFIDENCE_NAMES),)


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        (
            "How much did Acme pay for Brook?",
            "Acme paid $3 billion for Brook, the people said.",
            "Acme paid for Brook in instalments, the people said.",
        ),
        (
            "When did Acme buy Brook?",
            "Acme bought Brook in March 2019 after long talks.",
            "Acme bought Brook from its founders after long talks.",
        ),
        (
            "Who leads Brook?",
            "Brook is led by Ann Bell, an engineer.",
            "Brook is led with care, an engineer said.",
        ),
        (
            "Why did Acme close its Ohio plant?",
            "Acme closed its Ohio plant because demand had fallen.",
            "Acme closed its Ohio plant at the end of the week.",
        ),
    ],
)
def test_a_sentence_with_the_kind_of_thing_asked_for_ranks_first(
    model: EvidenceModel, question: str, right: str, wrong: str
) -> None:
    for sentences in ([right, wrong], [wrong, right]):
        scores = rank(model, question, sentences).scores
        assert sentences[int(np.argmax(scores))] == right


@pytest.mark.parametrize(
    ("asked", "not_there"),
    [
        ("How much did Acme pay for Brook?", "How much did Zenith pay for Brook?"),
        ("Why did Acme close its plant in Ohio?", "Why did Acme close its plant in Peru?"),
    ],
)
def test_a_name_that_the_articles_lack_counts_against_the_answer(
    model: EvidenceModel, asked: str, not_there: str
) -> None:
    sentences = [
        "Acme bought Brook in March 2019 and paid $3 billion for it.",
        "Acme closed its plant in Ohio because demand had fallen.",
    ]
    sure = rank(model, asked, sentences).confidence
    unsure = rank(model, not_there, sentences).confidence
    assert unsure < 0.7 * sure


def test_words_that_only_name_the_kind_of_answer_need_not_recur(model: EvidenceModel) -> None:
    question = model.question("How much is the partnership worth?")
    assert question.kind is AnswerKind.AMOUNT
    assert question.words == ["partnership"]


def test_a_changed_word_list_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("model")
    for name in (evidence_model.WEIGHTS_FILE, evidence_model.WORDS_FILE):
        (folder / name).write_bytes(evidence_model._MODEL.joinpath(name).read_bytes())
    with (folder / evidence_model.WORDS_FILE).open("a") as words:
        words.write("more\n")
    monkeypatch.setattr(evidence_model, "_MODEL", folder)
    with pytest.raises(ValueError, match=r"words\.txt"):
        EvidenceModel.load()


def test_the_operating_point_is_of_questions_held_back(model: EvidenceModel) -> None:
    point = model.weights.operating_point
    assert 0 < point.threshold < 1
    assert point.questions > 100
    assert json.loads(model.weights.model_dump_json())["training"]["examples"]


def test_a_role_of_another_is_no_answer(model: EvidenceModel) -> None:
    sentences = [
        "Ilse Brandt, the mayor of Tarn, has spoken of her doubts about Lund.",
        "Omar Field, the mayor of Lund, has not spoken.",
    ]
    ranking = rank(model, "Who is the mayor of Lund?", sentences)
    assert ranking.scores.argmax() == 1
    other = rank(model, "Who is the mayor of Lund?", sentences[:1])
    asked = rank(model, "Who is the mayor of Tarn?", sentences[:1])
    assert other.confidence < asked.confidence
