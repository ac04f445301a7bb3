"""Arrival of questions: one as soon as the last is answered, or each at its own random time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from time import perf_counter

_ONSET_S = 3.0  # first seconds of a load, in which the queue takes in a burst
_OVER_S = 60.0  # wait after a load; questions still open then are lost


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of one question after `after_s` seconds: answered (True) or refused (False). None if
    the bot did not respond in time and Discord reports the failure."""

    answered: bool | None
    after_s: float


Ask = Callable[[str], Awaitable[Outcome]]


@dataclass
class Arrivals:
    """Outcomes of all questions, in milliseconds from when each was due. `left` counts those that
    the bot left to Discord, `lost` those without any outcome. `late_ms` is this program's own delay
    in asking; all other times include it."""

    offered: int = 0
    left: int = 0
    lost: int = 0
    answered_ms: list[float] = field(default_factory=list)
    later_ms: list[float] = field(default_factory=list)  # answered, and due after the onset
    refused_ms: list[float] = field(default_factory=list)
    late_ms: list[float] = field(default_factory=list)
    took_s: float = 0.0
    cpu_s: float = 0.0  # of the answering process
    asking_cpu_s: float = 0.0  # of this program
    lag_p95_ms: float | None = None  # of the answering process's event loop

    def note(self, outcome: Outcome, late_s: float = 0.0) -> None:
        """Count the outcome, with its time from when the question was due."""
        if outcome.answered is None:
            self.left += 1
            return
        times = self.answered_ms if outcome.answered else self.refused_ms
        times.append((late_s + outcome.after_s) * 1000)


async def closed_loop(ask: Ask, questions: Iterator[str], askers: int, for_s: float) -> Arrivals:
    """Run `askers` askers for `for_s` seconds; each asks again as soon as its last question is
    answered."""
    arrivals, began = Arrivals(), perf_counter()

    async def go_on_asking() -> None:
        while perf_counter() - began < for_s:
            arrivals.offered += 1
            arrivals.note(await ask(next(questions)))

    await asyncio.gather(*(go_on_asking() for _ in range(askers)))
    arrivals.took_s = perf_counter() - began
    return arrivals


async def open_loop(
    ask: Ask, questions: Iterator[str], rate: float, for_s: float, random: Random
) -> Arrivals:
    """Ask `rate` questions a second at independent times (a Poisson process), whatever the outcomes
    before. A question asked late, because this program is busy, waits from its due time on."""
    arrivals, began = Arrivals(), perf_counter()
    due, asking = began, set[asyncio.Task[None]]()

    async def one(question: str, due: float) -> None:
        late_s = perf_counter() - due
        arrivals.late_ms.append(late_s * 1000)
        outcome = await ask(question)
        arrivals.note(outcome, late_s)
        if outcome.answered and due > began + _ONSET_S:
            arrivals.later_ms.append(arrivals.answered_ms[-1])

    while (due := due + random.expovariate(rate)) < began + for_s:
        await asyncio.sleep(max(0.0, due - perf_counter()))
        arrivals.offered += 1
        task = asyncio.create_task(one(next(questions), due))
        asking.add(task)
        task.add_done_callback(asking.discard)
    if asking:
        _, late = await asyncio.wait(asking, timeout=_OVER_S)
        arrivals.lost = len(late)
        for task in late:
            task.cancel()
    arrivals.took_s = perf_counter() - began
    return arrivals
