"""The learned model of verification: how likely the evidence of a claim is to support it.

Two logistic models use the features of a claim beside its evidence. None of their weights may have
the wrong sign. The first uses the words only, and recognises claims close to the article's wording.
The second also uses the judge's scores, and recognises claims in other words.
training/train_support.py fits both. The file contains the training record.
"""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from bot.answering.ranking.evidence_model import Linear

SUPPORT_FILE = "support.json"
_MODEL = files("bot.answering").joinpath("model")


class SupportModel(BaseModel):
    """Contents of the model file: both models, the probabilities at which a claim counts as
    supported, and the training record. `lexical` has no features of the judge."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lexical: Linear
    lexical_threshold: float
    linear: Linear
    threshold: float
    training: dict[str, Any]

    @classmethod
    def load(cls) -> Self:
        """Load the file of the package."""
        return cls.model_validate_json(_MODEL.joinpath(SUPPORT_FILE).read_bytes())

    def by_words(self, features: Mapping[str, float]) -> float:
        """Compute the probability that the evidence supports the claim, from its words alone."""
        return self.lexical.probability(features)

    def by_judge(self, features: Mapping[str, float]) -> float:
        """Compute the probability that the evidence supports the claim, from its words and the
        judge's scores."""
        return self.linear.probability(features)
