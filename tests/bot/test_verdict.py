"""Yes or no: which questions ask for a verdict, and when the judge is sure enough."""

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.citing.verdict import asks_for_verdict, may_rule, verdict_of
from bot.answering.judge.judge import Judgement
from bot.answering.ranking.evidence_model import OperatingPoint
from bot.domain.models import CERTAIN, Verdict


def point(verdict: float) -> OperatingPoint:
    return OperatingPoint(
        threshold=0.5,
        short_answer=0.4,
        verdict=verdict,
        answered_unanswerable=0.1,
        refused_answerable=0.1,
        questions=100,
    )


def judged(supports: float, contradicts: float) -> Judgement:
    return Judgement(9.0, supports, contradicts, None, 0.0)


@pytest.mark.parametrize(
    "question",
    ["Is the bridge closed?", "did she resign", "And will it reopen?", "Doesn't it cost more?"],
)
def test_a_question_for_yes_or_no_asks_for_a_verdict(question: str) -> None:
    assert asks_for_verdict(question)
    assert may_rule(question, CERTAIN)
    assert not may_rule(question, CERTAIN - 0.01)


@pytest.mark.parametrize(
    "question",
    ["Who is the mayor?", "When did she resign?", "Why is it closed?", "the bridge?", ""],
)
def test_other_questions_ask_for_none(question: str) -> None:
    assert not asks_for_verdict(question)
    assert not may_rule(question, 1.0)


@pytest.mark.parametrize(
    ("supports", "contradicts", "verdict"),
    [
        (3.0, -3.0, Verdict.YES),
        (-3.0, 3.0, Verdict.NO),
        (3.0, 2.0, Verdict.YES),
        (2.0, 3.0, Verdict.NO),
        (-3.0, -3.0, None),
        (0.5, 0.1, None),
        (0.1, 0.5, None),
    ],
)
def test_the_surer_side_gives_the_verdict(
    supports: float, contradicts: float, verdict: Verdict | None
) -> None:
    assert verdict_of([judged(supports, contradicts)], point(0.7)) == verdict


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.7, 0.95])
def test_the_threshold_is_a_probability(probability: float) -> None:
    edge = log(probability / (1 - probability))
    assert verdict_of([judged(edge + 1e-6, -9.0)], point(probability)) is Verdict.YES
    assert verdict_of([judged(-9.0, edge + 1e-6)], point(probability)) is Verdict.NO
    assert verdict_of([judged(edge - 1e-6, edge - 1e-6)], point(probability)) is None


_LOGIT = st.floats(-20, 20)


@given(one=_LOGIT, other=_LOGIT, threshold=st.floats(0.01, 0.99))
def test_exchanging_both_sides_exchanges_the_verdict(
    one: float, other: float, threshold: float
) -> None:
    opposite = {Verdict.YES: Verdict.NO, Verdict.NO: Verdict.YES, None: None}
    found = verdict_of([judged(one, other)], point(threshold))
    if one != other:
        assert verdict_of([judged(other, one)], point(threshold)) == opposite[found]


def test_a_sentence_that_is_sure_of_the_opposite_takes_the_verdict_away() -> None:
    yes, no, neither = judged(3.0, -3.0), judged(-3.0, 3.0), judged(-3.0, -3.0)
    assert verdict_of([yes, neither, yes], point(0.9)) is Verdict.YES
    assert verdict_of([no, neither], point(0.9)) is Verdict.NO
    assert verdict_of([yes, no], point(0.9)) is None
    assert verdict_of([no, neither, yes], point(0.9)) is None
    assert verdict_of([neither, yes], point(0.9)) is None
