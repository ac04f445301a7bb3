"""The second reading: the judge reads the best sentence by itself, and the confidence weighs both
readings.

The first reading shows the judge the neighbours and the title of a sentence. They can make a
sentence look like an answer that it does not contain. training/train_second_reading.py fits the
weights.
"""

from importlib.resources import files
from typing import Any, Self

import numpy as np
from pydantic import BaseModel, ConfigDict

from bot.answering.judge.inputs import Task
from bot.answering.judge.judge import Judge, Judgement, Window
from bot.answering.ranking.evidence_model import SECOND_READING_FILE, Linear

SECOND_READING_NAMES = ("first", "alone")
_SUREST = 1e-6  # a confidence is kept this far from 0 and 1, so that its log-odds are finite


class SecondReadingWeights(BaseModel):
    """Contents of the file: the model and the record of its training."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    confidence: Linear
    training: dict[str, Any]


class SecondReading:
    """Model that revises a confidence by the judge's second reading. It keeps no state."""

    def __init__(self, weights: SecondReadingWeights) -> None:
        self._confidence = weights.confidence

    @classmethod
    def load(cls) -> Self:
        """Load the file of the package."""
        path = files("bot.answering").joinpath("model", SECOND_READING_FILE)
        return cls(SecondReadingWeights.model_validate_json(path.read_bytes()))

    def revised(self, judge: Judge, question: str, sentence: str, confidence: float) -> float:
        """Let the judge read the best sentence by itself, and revise the confidence of the first
        reading. It never rises: the threshold of the short answer is fitted to the first one."""
        alone = read_alone(judge, question, sentence).answers
        features = {"first": log_odds(confidence), "alone": alone}
        return min(confidence, self._confidence.probability(features))


def read_alone(judge: Judge, question: str, sentence: str) -> Judgement:
    """Judge a sentence without its neighbours and its title."""
    ((judged,),) = judge.judge(Task.QUESTION, question, [Window("", (sentence,), (0,))])
    return judged


def log_odds(probability: float) -> float:
    """Compute the log-odds of a probability."""
    inside = min(max(probability, _SUREST), 1 - _SUREST)
    return float(np.log(inside / (1 - inside)))
