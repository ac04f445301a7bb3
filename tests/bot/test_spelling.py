"""Spelling: misspelt words become the articles' words, and no other word changes."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.question.spelling import SpellingCorrector
from bot.answering.ranking.evidence_model import EvidenceModel
from index.text.words import read_words

ARTICLE = "Nvidia will fund ten gigawatts of capacity at Anthropic; the partnership is unshakable."


@pytest.fixture(scope="module")
def corrector() -> SpellingCorrector:
    words = Counter(word.lower for word in read_words(ARTICLE))
    return SpellingCorrector(words, EvidenceModel.load().words)


@pytest.mark.parametrize(
    ("asked", "understood"),
    [
        ("how many gigawats does nvidea fund?", "how many gigawatts does nvidia fund?"),
        ("Who owns Antropic?", "Who owns Anthropic?"),
        ("is the partnreship dead", "is the partnership dead"),
        ("Will Nvida pay?", "Will Nvidia pay?"),
    ],
)
def test_slips_are_corrected_towards_the_articles(
    corrector: SpellingCorrector, asked: str, understood: str
) -> None:
    assert corrector.correct(asked) == understood


@pytest.mark.parametrize(
    "question",
    [
        "How much did AMD invest?",  # too short to correct
        "What did Altman say about the capacity?",  # an English word, or without a near word
        "Did Zuckerberg comment?",  # a name that the articles do not contain
        "What is the $100bn deal's status?",
        "",
        "???",
    ],
)
def test_what_is_no_slip_stays_as_it_is(corrector: SpellingCorrector, question: str) -> None:
    assert corrector.correct(question) == question


@given(st.text(max_size=200))
def test_everything_between_the_words_is_kept(question: str) -> None:
    corrector = SpellingCorrector({}, EvidenceModel.load().words)
    assert corrector.correct(question) == question
