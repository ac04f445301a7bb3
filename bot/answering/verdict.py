"""Yes or no: what the best sentence says to a question that asks for it."""

from math import log

from bot.answering.answer_kind import AnswerKind, answer_kind
from bot.answering.evidence_model import OperatingPoint
from bot.answering.judge.judge import Judgement
from bot.models import Verdict


def asks_for_verdict(question: str) -> bool:
    """Whether the question is one for yes or no."""
    return answer_kind(question) is AnswerKind.YES_NO


def verdict_of(judged: Judgement, point: OperatingPoint) -> Verdict | None:
    """From the judgement of the best sentence with the question as a claim; None where neither is
    sure enough."""
    if max(judged.supports, judged.contradicts) < _log_odds(point.verdict):
        return None
    return Verdict.YES if judged.supports > judged.contradicts else Verdict.NO


def _log_odds(probability: float) -> float:
    return log(probability / (1 - probability))
