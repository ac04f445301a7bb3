"""Verdict: the yes or no of the best sentence to a yes/no question."""

from collections.abc import Sequence
from math import log

from bot.answering.judge.judge import Judgement
from bot.answering.question.answer_kind import AnswerKind, answer_kind
from bot.answering.ranking.evidence_model import OperatingPoint
from bot.domain.models import CERTAIN, Verdict


def asks_for_verdict(question: str) -> bool:
    """Return whether the question is a yes/no question."""
    return answer_kind(question) is AnswerKind.YES_NO


def may_rule(question: str, confidence: float) -> bool:
    """Return whether a yes/no question gets a verdict if the judge gives one. The answer must be
    certain: a wrong "No" costs more than none."""
    return confidence >= CERTAIN and asks_for_verdict(question)


def verdict_of(judged: Sequence[Judgement], point: OperatingPoint) -> Verdict | None:
    """Decide yes or no from the judgements of the shown sentences, best first, with the question as
    the claim. The best sentence decides. Return None if it is not sure enough, or if another
    sentence is sure of the opposite."""
    enough = log(point.verdict / (1 - point.verdict))
    best, *others = judged
    if max(best.supports, best.contradicts) < enough:
        return None
    if best.supports > best.contradicts:
        disputed = any(each.contradicts >= enough for each in others)
        return None if disputed else Verdict.YES
    disputed = any(each.supports >= enough for each in others)
    return None if disputed else Verdict.NO
