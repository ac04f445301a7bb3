"""Ownership: which name a role or a thing belongs to, as in "the CEO of OpenAI"."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.ranking.evidence_model import EvidenceModel
from bot.answering.ranking.matches import QuestionMatches
from bot.answering.ranking.ownership import compare_owners
from tests.bot.pools import pool_of


@pytest.fixture(scope="module")
def model() -> EvidenceModel:
    return EvidenceModel.load()


def verdicts(model: EvidenceModel, question: str, *sentences: str) -> list[float]:
    reading = QuestionMatches(model.question(question), pool_of(model, sentences))
    return compare_owners(reading).tolist()


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("Sam Altman, the chief executive of OpenAI, kept silent.", 1),
        ("OpenAI's outspoken chief executive kept silent.", 1),
        ("OpenAI CEO Sam Altman kept silent.", 1),
        ("Jensen Huang, the chief executive of Nvidia, doubts OpenAI.", -1),
        ("Nvidia’s CEO, Jensen Huang, doubts OpenAI.", -1),
        ("The chief executive kept silent about OpenAI.", 0),
        ("OpenAI kept silent.", 0),
    ],
)
@pytest.mark.parametrize("question", ["Who is the CEO of OpenAI?", "Who is OpenAI's CEO?"])
def test_a_role_belongs_to_one(
    model: EvidenceModel, question: str, sentence: str, verdict: float
) -> None:
    assert verdicts(model, question, sentence) == [verdict]


def test_each_sentence_has_its_own_verdict(model: EvidenceModel) -> None:
    told = ("In May Altman's board resigned.", "Brockman's board resigned, not his.", "It did.")
    assert verdicts(model, "Has Altman's board resigned?", *told) == [1, -1, 0]


def test_a_question_about_nobody_compares_with_nothing(model: EvidenceModel) -> None:
    assert verdicts(model, "When does the bridge close?", "The Tarn bridge closes in May.") == [0]


def test_a_name_at_the_end_of_a_sentence_is_not_that_of_what_opens_the_next(
    model: EvidenceModel,
) -> None:
    told = ("They met Altman.", "board members resigned.", "They spoke of the board of", "Altman.")
    assert verdicts(model, "Has Altman's board resigned?", *told) == [0, 0, 0, 0]


_TEXT = st.text(max_size=120) | st.lists(
    st.sampled_from("Acme's the chief of Brook led and CEO in Tarn".split()), max_size=8
).map(" ".join)


@settings(deadline=None)
@given(_TEXT, st.lists(_TEXT, min_size=1, max_size=4))
def test_any_texts_can_be_compared_and_each_for_itself(
    model: EvidenceModel, question: str, sentences: list[str]
) -> None:
    together = verdicts(model, question, *sentences)
    assert set(together) <= {-1.0, 0.0, 1.0}
    assert together == [verdicts(model, question, sentence)[0] for sentence in sentences]
