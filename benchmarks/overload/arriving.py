"""Questions that arrive: one when the one before is answered, or whenever its time has come."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from time import perf_counter

_ONSET_S = 3.0  # in which a burst is taken in
_OVER_S = 60.0  # after which whoever still waits has got nothing


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one question: answered, or else refused, so many seconds after it was asked. None where
    the bot left it to Discord to say that it did not respond."""

    answered: bool | None
    after_s: float


Ask = Callable[[str], Awaitable[Outcome]]


@dataclass
class Arrivals:
    """What became of all, in milliseconds from when each was due. `left` were left to Discord,
    `lost` got nothing at all. `late_ms` is how late they were asked: this program's own delay,
    which is in all other times."""

    offered: int = 0
    left: int = 0
    lost: int = 0
    answered_ms: list[float] = field(default_factory=list)
    later_ms: list[float] = field(default_factory=list)  # answered, but not of the onset
    refused_ms: list[float] = field(default_factory=list)
    late_ms: list[float] = field(default_factory=list)
    took_s: float = 0.0
    cpu_s: float = 0.0  # of who answers
    asking_cpu_s: float = 0.0  # and of this program

    def note(self, outcome: Outcome, late_s: float = 0.0) -> None:
        if outcome.answered is None:
            self.left += 1
            return
        times = self.answered_ms if outcome.answered else self.refused_ms
        times.append((late_s + outcome.after_s) * 1000)


async def closed_loop(ask: Ask, questions: Iterator[str], askers: int, for_s: float) -> Arrivals:
    """Each of so many askers has his next question as soon as the one before is answered."""
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
    """So many a second, at times that know nothing of each other (a Poisson process), whatever
    became of those before. Who asks too late, since the program is busy, has waited since then."""
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
