"""The learned model of differing statements.

Two logistic models: are two statements with different values about the same thing, and does the
later one replace the earlier one? Almost no weight may have the wrong sign.
training/train_sameness.py fits them; the file contains the training record.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from bot.answering.ranking.evidence_model import Linear

DIFFERENCE_FILE = "difference.json"
_MODEL = files("bot.answering").joinpath("model")


class Decision(BaseModel):
    """A logistic model with the probability from which it says yes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    linear: Linear
    threshold: float

    def holds(self, features: Mapping[str, float]) -> bool:
        """Return whether the answer is yes. A feature that is not known counts as average."""
        average = dict(zip(self.linear.names, self.linear.mean, strict=True))
        return self.linear.probability({**average, **features}) >= self.threshold


class DifferenceModel(BaseModel):
    """Contents of the model file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    same_thing: Decision
    replaces: Decision
    training: dict[str, Any]

    @classmethod
    def load(cls) -> Self:
        """Load the file of the package."""
        return cls.model_validate_json(_MODEL.joinpath(DIFFERENCE_FILE).read_bytes())


@cache
def difference_model() -> DifferenceModel:
    """Load the model once per process."""
    return DifferenceModel.load()
