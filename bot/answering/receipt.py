"""Receipts: an answer with what produced it."""

from dataclasses import dataclass

from bot.answering.citing.survey import Survey
from bot.answering.ranking.evidence import Evidence
from bot.answering.ranking.evidence_model import OperatingPoint
from bot.domain.models import Answer
from index.generations.reader import Generation


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds that each stage took for one question. In a batch, `read` and `encode` are an equal
    share per question."""

    read: float = 0.0
    encode: float = 0.0
    search: float = 0.0
    rank: float = 0.0


@dataclass(frozen=True, slots=True)
class Receipt:
    """An answer and what produced it. `ranked` holds all ranked sentences, best first.
    `operating_point` holds the thresholds in force. `timings` are in seconds. `cited` are the
    indices in `ranked` of the cited evidence, in the order of the citations; `survey` has the
    different values that it gives. `cached` is true if the question was answered before."""

    answer: Answer
    ranked: tuple[Evidence, ...]
    operating_point: OperatingPoint
    generation: Generation
    timings: Timings = Timings()
    cited: tuple[int, ...] = ()
    survey: Survey | None = None
    cached: bool = False
