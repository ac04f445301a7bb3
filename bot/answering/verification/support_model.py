"""The learned part of verification: how likely a claim's evidence is to carry it.

A logistic model over the features of a claim beside its evidence, none of whose weights may have
the wrong sign. training/train_support.py made it; the record of that is in the file.
"""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Self

import numpy as np
from pydantic import BaseModel, ConfigDict

from bot.answering.evidence_model import Linear

SUPPORT_FILE = "support.json"
_MODEL = files("bot.answering").joinpath("model")


class SupportModel(BaseModel):
    """The file with the model, from which probability on a claim is taken as supported, and the
    record of its training."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    linear: Linear
    threshold: float
    training: dict[str, Any]

    @classmethod
    def load(cls) -> Self:
        """From the file that the package carries."""
        return cls.model_validate_json(_MODEL.joinpath(SUPPORT_FILE).read_bytes())

    def probability(self, features: Mapping[str, float]) -> float:
        """The probability that the evidence carries the claim."""
        row = np.array([[features[name] for name in self.linear.names]])
        return float(1 / (1 + np.exp(-self.linear.scores(row)[0])))
