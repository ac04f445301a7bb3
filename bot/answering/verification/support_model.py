"""The learned part of verification: how likely a claim's evidence is to carry it.

Two logistic models over the features of a claim beside its evidence, none of whose weights may have
the wrong sign: one knows the words only, the other the judge's scores, too. The first recognises
what is said nearly in the article's words, the second what is said in others.
training/train_support.py made both; the record of that is in the file.
"""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Self

import numpy as np
from pydantic import BaseModel, ConfigDict

from bot.answering.ranking.evidence_model import Linear

SUPPORT_FILE = "support.json"
_MODEL = files("bot.answering").joinpath("model")


class SupportModel(BaseModel):
    """The file with both models, the probabilities from which a claim is taken as supported, and
    the record of their training. `lexical` has no feature of the judge's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lexical: Linear
    lexical_threshold: float
    linear: Linear
    threshold: float
    training: dict[str, Any]

    @classmethod
    def load(cls) -> Self:
        """From the file that the package carries."""
        return cls.model_validate_json(_MODEL.joinpath(SUPPORT_FILE).read_bytes())

    def by_words(self, features: Mapping[str, float]) -> float:
        """The probability that the evidence carries the claim, from its words alone."""
        return _probability(self.lexical, features)

    def by_judge(self, features: Mapping[str, float]) -> float:
        """The same from the judge's scores and the words."""
        return _probability(self.linear, features)


def _probability(linear: Linear, features: Mapping[str, float]) -> float:
    row = np.array([[features[name] for name in linear.names]])
    return float(1 / (1 + np.exp(-linear.scores(row)[0])))
