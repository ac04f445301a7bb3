"""Faults on demand: errors that the next requests to a route meet instead of, or after, their
answer."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from random import Random

from tests.fake_discord.changes import Changes


@dataclass(slots=True, eq=False)
class Fault:
    """A fault for a route. `route` is a pattern such as "PATCH /webhooks/*/messages/@original".
    `after`: the request is carried out and only its answer gets lost. `chance`: the probability
    that a request meets the fault, drawn from `faults.random`, which a test can seed. `met` counts
    the requests that met it."""

    route: str
    times: float = 1
    status: int | None = None
    after: bool = False
    drop: bool = False
    delay_s: float = 0.0
    retry_after_s: float = 0.0
    scope: str = "user"
    via: bool = True
    gate: asyncio.Event | None = None
    chance: float = 1.0
    met: int = field(default=0, init=False)

    @property
    def is_global(self) -> bool:
        return self.scope == "global"


class Faults:
    """The armed faults. A request meets the first one whose pattern fits and which is not used
    up."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._armed: list[Fault] = []
        self.random = Random(0)

    def fail(self, route: str, status: int, *, times: float = 1, after: bool = False) -> Fault:
        return self.arm(Fault(route, times, status=status, after=after))

    def drop(self, route: str, *, times: float = 1, after: bool = False) -> Fault:
        """Cut the connection instead of answering."""
        return self.arm(Fault(route, times, drop=True, after=after))

    def slow(self, route: str, seconds: float, *, times: float = 1) -> Fault:
        return self.arm(Fault(route, times, delay_s=seconds))

    def rate_limit(
        self,
        route: str,
        retry_after_s: float,
        *,
        times: float = 1,
        scope: str = "user",
        via: bool = True,
    ) -> Fault:
        """Answer 429 with the scope user, shared or global. Without `via` it looks like a ban by
        Cloudflare."""
        return self.arm(
            Fault(route, times, status=429, retry_after_s=retry_after_s, scope=scope, via=via)
        )

    @contextmanager
    def hold(self, route: str) -> Iterator[Fault]:
        """Make matching requests wait until the end of the block; `await entered(fault)` inside."""
        gate = asyncio.Event()
        fault = self.arm(Fault(route, float("inf"), gate=gate))
        try:
            yield fault
        finally:
            self.disarm(fault)
            gate.set()

    async def entered(self, fault: Fault, times: int = 1) -> None:
        await self._changes.until(lambda: fault.met >= times, f"{times} requests to {fault.route}")

    def arm(self, fault: Fault) -> Fault:
        self._armed.append(fault)
        return fault

    def disarm(self, fault: Fault) -> None:
        if fault in self._armed:
            self._armed.remove(fault)

    def clear(self) -> None:
        for fault in self._armed:
            if fault.gate is not None:
                fault.gate.set()
        self._armed.clear()

    def meet(self, request: str) -> Fault | None:
        """Return the fault that this request meets, or None. `request` is "METHOD /path" without
        the version."""
        for fault in self._armed:
            fits = fault.met < fault.times and fnmatchcase(request, fault.route)
            if fits and (fault.chance >= 1 or self.random.random() < fault.chance):
                fault.met += 1
                self._changes.tell()
                return fault
        return None
