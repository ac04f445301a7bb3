"""Schedule of a shutdown, from the time that the supervisor allows for it."""

import asyncio
from dataclasses import dataclass
from typing import Self

# Shares of the time: answer what is in flight, deliver the answers and the refusals, close the
# connections to Discord. The rest is for the store, and for the exit of the process: with 0.7, 0.85
# and 0.92 of ten seconds it ended after 9.5 s on two cores with a load of 21.
_ANSWERED, _DELIVERED, _CLOSED = 0.65, 0.8, 0.88


@dataclass(frozen=True, slots=True)
class StopSchedule:
    """Times of the event loop's clock at which each step of a shutdown ends."""

    answered: float
    delivered: float
    closed: float

    @classmethod
    def starting_now(cls, within_s: float) -> Self:
        """Divide the seconds from now on."""
        now = asyncio.get_running_loop().time()
        return cls(*(now + within_s * share for share in (_ANSWERED, _DELIVERED, _CLOSED)))


def left_s(until: float) -> float:
    """Return the seconds until a time of the event loop's clock, at least 0."""
    return max(0.0, until - asyncio.get_running_loop().time())
