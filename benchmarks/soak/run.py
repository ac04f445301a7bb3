"""Bot as `dealbot run` starts it, under random faults until SIGTERM."""

import asyncio
import gc
import os
import signal
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from benchmarks.machine import resident_mb
from benchmarks.soak.crowd import Asked, Crowd
from benchmarks.soak.faults import RandomFaults
from benchmarks.soak.signs import KEPT, PATIENCE_S, PATIENT, UNLIMITED, measure_signs
from benchmarks.soak.watch import Watch, watching
from bot.config.settings import Settings
from bot.discord import client, runner
from bot.discord.client import DealbotClient
from bot.discord.runtime import open_runtime
from tests.fake_discord import FakeDiscord, pointed

_WATCHED = 500  # latest settled questions that may still get a second answer
_CLICKS = 0.1
_SAMPLES = 15  # samples of the memory in a run
# The timeout exceeds the 5 seconds for which discord.py reads nothing before it identifies again.
_HEARTBEAT_S, _HEARTBEAT_TIMEOUT_S = 1.0, 8.0
# A day's lost connections within minutes would make the pauses between connects as long as
# possible.
_LONGEST_PAUSE_S = 1.0

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """Size of a soak: a number of questions, or minutes if given. `at_once` questions wait at a
    time."""

    questions: int
    minutes: float | None = None
    at_once: int = 60


@dataclass
class Soaked:
    """Outcomes of all questions. `signs_ms` are the times to the first visible sign, measured
    before the faults on a separate bot. `memory_mb` was sampled at even intervals."""

    seed: int
    asked: int = 0
    answered: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    unanswered: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    pings: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    ways: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    watch: Watch = field(default_factory=Watch)
    memory_mb: list[float] = field(default_factory=list)
    signs_ms: dict[str, list[float]] = field(default_factory=dict)
    resumes: int = 0
    identifies: int = 0
    ended_cleanly: bool = False
    lasted_s: float = 0.0


@asynccontextmanager
async def _bot(
    settings: Settings, fake: FakeDiscord
) -> AsyncIterator[Callable[[], Awaitable[Any]]]:
    """Run the bot; yield a function that ends it with SIGTERM, as a supervisor does."""
    build = runner.build_client

    def impatient(*given: Any) -> DealbotClient:
        built = build(*given)
        built._connection.heartbeat_timeout = _HEARTBEAT_TIMEOUT_S  # default: a minute
        return built

    fake.gateway.heartbeat_s = _HEARTBEAT_S
    with (
        pointed(fake.url),
        patch.object(runner, "build_client", impatient),
        patch.object(client, "LONGEST_PAUSE_S", _LONGEST_PAUSE_S),
    ):
        async with open_runtime(settings) as runtime:
            bot = asyncio.create_task(runner.run_bot(runtime, fake.token))

            async def end() -> None:
                if bot.done():
                    bot.result()
                    raise AssertionError("the bot had ended by itself")
                os.kill(os.getpid(), signal.SIGTERM)
                await asyncio.wait_for(bot, 30)

            await fake.gateway.ready()
            await fake.until(lambda: fake.world.syncs, "commands")
            try:
                yield end
            finally:
                bot.cancel()
                with suppress(asyncio.CancelledError):
                    await bot


async def soak(
    index: Path,
    encoders: Path,
    store: Path,
    questions: list[str],
    size: Size,
    seed: int,
    tell: Tell,
) -> Soaked:
    """Run the soak. `questions` must have an answer in the index. The stores are created beside
    `store`."""
    places = {"index": index, "encoders": encoders, "store": store}
    settings = Settings.model_validate(places | UNLIMITED | PATIENT)
    random, soaked = Random(seed), Soaked(seed)
    began = asyncio.get_running_loop().time()
    async with FakeDiscord() as fake:
        crowd = Crowd(fake, random, questions)
        signs_store = store.with_name("signs.sqlite")
        soaked.signs_ms = await measure_signs(fake, crowd, index, encoders, signs_store)
    with watching() as soaked.watch:
        async with FakeDiscord() as fake:
            crowd = Crowd(fake, random, questions)
            async with _bot(settings, fake) as end:
                await _Run(fake, crowd, random, soaked, size, tell).ask_all()
                await end()
                soaked.ended_cleanly = True
            soaked.doubled += [f"a stray message: {each.text[:80]!r}" for each in crowd.strays]
            soaked.resumes, soaked.identifies = fake.gateway.resumes, fake.gateway.identifies
        soaked.ways = crowd.ways
    soaked.lasted_s = asyncio.get_running_loop().time() - began
    return soaked


class _Run:
    """Loop that asks, checks what was asked, and lets the gateway fail now and then."""

    def __init__(
        self,
        fake: FakeDiscord,
        crowd: Crowd,
        random: Random,
        soaked: Soaked,
        size: Size,
        tell: Tell,
    ) -> None:
        self._size, self._began = size, asyncio.get_running_loop().time()
        self._fake, self._crowd, self._random = fake, crowd, random
        self._soaked, self._tell = soaked, tell
        self._faults = RandomFaults(fake, random)
        self._waiting: list[Asked] = []
        self._settled: deque[Asked] = deque()
        self._strike: asyncio.Task[None] | None = None

    async def ask_all(self) -> None:
        """Ask until the size is reached and every question is settled, or until one stays
        unanswered."""
        self._faults.begin()
        strike_at = self._random.randint(20, 100)
        while (self._share < 1 or self._waiting) and not self._soaked.unanswered:
            await self._ask()
            if self._soaked.asked >= strike_at and self._strike is None:
                self._strike = asyncio.create_task(self._faults.strike(), name="strike")
                self._strike.add_done_callback(lambda _: self._fake.world.changes.tell())
                strike_at = self._soaked.asked + self._random.randint(50, 250)
            await self._wait()
            if len(self._soaked.memory_mb) < int(min(self._share, 1) * _SAMPLES):
                self._sample()
        if self._strike is not None:
            await asyncio.wait({self._strike})
        self._faults.end()
        self._check_settled(0)
        self._soaked.met = self._faults.met

    @property
    def _share(self) -> float:
        """Share of the soak that is over, by questions or by minutes."""
        if self._size.minutes is None:
            return self._soaked.asked / self._size.questions
        elapsed_s = asyncio.get_running_loop().time() - self._began
        return elapsed_s / 60 / self._size.minutes

    async def _ask(self) -> None:
        faults = self._faults
        while faults.messages and self._share < 1 and len(self._waiting) < self._width():
            asked = await self._crowd.ask(commands=faults.commands)
            self._take(asked)
            self._soaked.asked += 1
            if faults.commands and self._random.random() < _CLICKS:
                clicked = await self._crowd.click()
                if clicked is not None:
                    self._take(clicked)

    def _width(self) -> int:
        """Return how many questions may wait at once. While only messages are asked it is a
        quarter, so that slots are left for commands."""
        at_once = self._size.at_once
        return at_once if self._faults.commands else at_once // 4

    def _take(self, asked: Asked) -> None:
        self._faults.over(asked)
        self._waiting.append(asked)

    async def _wait(self) -> None:
        """Wait until a question is settled or the faults change, then collect what is settled."""
        faults = self._faults
        before = faults.commands, faults.messages

        def changed() -> bool:
            if self._strike is not None and self._strike.done():
                return True
            turned = (faults.commands, faults.messages) != before
            return turned or any(each.settled for each in self._waiting)

        if self._waiting or self._strike is not None:
            try:
                await self._fake.until(changed, "an answer", PATIENCE_S)
            except AssertionError:
                self._soaked.unanswered += [self._told(each) for each in self._waiting]
        if self._strike is not None and self._strike.done():
            try:
                self._strike.result()
            except AssertionError as error:  # the bot never came back
                silent = [each for each in self._waiting if not each.acknowledged]
                self._soaked.unanswered += [str(error), *map(self._told, silent)]
            self._strike = None
        self._collect()

    def _collect(self) -> None:
        for asked in self._waiting:
            if asked.settled:
                self._faults.passed(asked)
                self._settled.append(asked)
                self._crowd.keep(asked.answers[0])
        self._waiting = [each for each in self._waiting if not each.settled]
        self._check_settled(_WATCHED)
        self._note_violations()

    def _check_settled(self, watched: int) -> None:
        """Check the questions that were settled long ago, all but the latest `watched`, for second
        answers and pings."""
        while len(self._settled) > watched:
            asked, soaked = self._settled.popleft(), self._soaked
            self._crowd.leave(asked)
            if len(asked.answers) != 1:
                soaked.doubled.append(self._told(asked))
            for answer in asked.answers:
                soaked.pings += answer.pings
            if asked.way == "button":
                continue
            if asked.answers[0].embeds:
                soaked.answered += 1
            else:
                soaked.refused[asked.answers[0].content] += 1

    def _note_violations(self) -> None:
        for violation in self._fake.violations:
            if not self._faults.forgiven(violation):
                self._soaked.violations.append(str(violation))
        self._fake.violations.clear()

    def _sample(self) -> None:
        self._fake.tidy(KEPT)
        self._fake.world.typed.clear()
        gc.collect()
        self._soaked.memory_mb.append(resident_mb())  # including the fake Discord
        self._tell(
            f"{self._soaked.asked:,} asked, {len(self._waiting)} waiting, "
            f"{self._soaked.memory_mb[-1]:.0f} MB"
        )

    @staticmethod
    def _told(asked: Asked) -> str:
        given = [answer.text[:60] for answer in asked.answers]
        invocation = asked.invocation
        ack = "" if invocation is None else f", acknowledged with {invocation.ack}"
        return f"{asked.way} of {asked.user.name}{ack}: {len(given)} answers {given}"
