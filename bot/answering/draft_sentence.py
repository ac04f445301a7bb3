"""A sentence that a model wrote, on its way to be verified, and what comes of it."""

from collections.abc import Hashable
from dataclasses import dataclass

from pydantic import ConfigDict, SkipValidation

from bot.answering.pipeline import Receipt
from bot.domain.claims import FindingKind
from bot.domain.models import Question


class Written(Question):
    """The sentence, in `question`; what it was written from, and the places in `receipt.ranked` of
    the evidence that it cites. It waits for its turn among the questions."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    receipt: SkipValidation[Receipt]
    evidence: tuple[int, ...]

    @property
    def identity(self) -> Hashable:
        return type(self), self.question, self.receipt.generation.id, self._rows()

    def _rows(self) -> tuple[int, ...]:
        """Of the sentences in the articles: those of another receipt are counted anew."""
        return tuple(self.receipt.ranked[n].hit.sentence.row for n in self.evidence)


@dataclass(frozen=True, slots=True)
class Carried:
    """`by` are the places of the evidence, one or two, that carries it; none where it is not
    carried, and then `why` tells what kind of thing is wrong with it."""

    by: tuple[int, ...]
    why: tuple[FindingKind, ...] = ()
