"""The bot as `dealbot run` runs it, in a storm, until SIGTERM."""

import asyncio
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

from benchmarks.soak.crowd import Asked, Crowd
from benchmarks.soak.faults import Weather
from benchmarks.soak.signs import measure_signs
from benchmarks.soak.watching import Watch, resident_mb, watching
from bot.config.settings import Settings
from bot.discord import client, running
from bot.discord.client import DealbotClient
from bot.discord.runtime import open_office
from tests.fake_discord import FakeDiscord, pointed

_PATIENCE_S = 120.0  # in which somebody at least gets an answer
_WATCHED = 500  # how many questions ago an answer may still be doubled
_KEPT = 1_000  # messages that the fake remembers
_CLICKS = 0.1
_SAMPLES = 15  # of the memory
# More than the 5 seconds for which discord.py reads nothing before it identifies anew.
_HEARTBEAT_S, _HEARTBEAT_TIMEOUT_S = 1.0, 8.0
# A day of lost connections in minutes makes the pauses between connects as long as they get.
_LONGEST_PAUSE_S = 1.0
_WINDOWS = ("per_user", "per_channel", "per_server", "overall")

End = Callable[[], Awaitable[None]]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """Of a storm: so many questions, or minutes where they are given; so many wait at once."""

    questions: int
    minutes: float | None = None
    at_once: int = 60


@dataclass
class Soaked:
    """What became of all questions. `signs_ms` are the times to the first visible sign, before the
    storm and of a bot of its own; `memory_mb` was sampled at even distances."""

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
    """What it yields ends the bot as a supervisor does."""
    build = running.build_client

    def impatient(*given: Any) -> DealbotClient:
        built = build(*given)
        built._connection.heartbeat_timeout = _HEARTBEAT_TIMEOUT_S  # a minute else
        return built

    fake.gateway.heartbeat_s = _HEARTBEAT_S
    with (
        pointed(fake.url),
        patch.object(running, "build_client", impatient),
        patch.object(client, "LONGEST_PAUSE_S", _LONGEST_PAUSE_S),
    ):
        async with open_office(settings) as office:
            bot = asyncio.create_task(running.run_bot(office, fake.token))

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
    """`questions` are such as have an answer in the index. The stores lie beside `store`."""
    limits = {f"limit_{window}": "100000/second" for window in _WINDOWS}
    places = {"index": index, "encoders": encoders, "store": store}
    settings = Settings.model_validate(places | limits)
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
                await _Storm(fake, crowd, random, soaked, size, tell).rage()
                await end()
                soaked.ended_cleanly = True
            soaked.doubled += [f"a stray message: {each.text[:80]!r}" for each in crowd.strays]
            soaked.resumes, soaked.identifies = fake.gateway.resumes, fake.gateway.identifies
        soaked.ways = crowd.ways
    soaked.lasted_s = asyncio.get_running_loop().time() - began
    return soaked


class _Storm:
    """Asks, watches over what was asked, and lets the gateway fail now and then."""

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
        self._weather = Weather(fake, random)
        self._waiting: list[Asked] = []
        self._settled: deque[Asked] = deque()
        self._strike: asyncio.Task[None] | None = None

    async def rage(self) -> None:
        self._weather.begin()
        strike_at = self._random.randint(20, 100)
        while (self._share < 1 or self._waiting) and not self._soaked.unanswered:
            await self._ask()
            if self._soaked.asked >= strike_at and self._strike is None:
                self._strike = asyncio.create_task(self._weather.strike(), name="strike")
                self._strike.add_done_callback(lambda _: self._fake.world.changes.tell())
                strike_at = self._soaked.asked + self._random.randint(50, 250)
            await self._wait()
            if len(self._soaked.memory_mb) < int(min(self._share, 1) * _SAMPLES):
                self._sample()
        if self._strike is not None:
            await asyncio.wait({self._strike})
        self._weather.end()
        self._check_settled(0)
        self._soaked.met = self._weather.met

    @property
    def _share(self) -> float:
        """Of the storm that is over."""
        if self._size.minutes is None:
            return self._soaked.asked / self._size.questions
        elapsed_s = asyncio.get_running_loop().time() - self._began
        return elapsed_s / 60 / self._size.minutes

    async def _ask(self) -> None:
        weather = self._weather
        while weather.messages and self._share < 1 and len(self._waiting) < self._width():
            asked = await self._crowd.ask(commands=weather.commands)
            self._take(asked)
            self._soaked.asked += 1
            if weather.commands and self._random.random() < _CLICKS:
                clicked = await self._crowd.click()
                if clicked is not None:
                    self._take(clicked)

    def _width(self) -> int:
        """Not all who wait at once, where messages alone are asked: they would be none later."""
        at_once = self._size.at_once
        return at_once if self._weather.commands else at_once // 4

    def _take(self, asked: Asked) -> None:
        self._weather.over(asked)
        self._waiting.append(asked)

    async def _wait(self) -> None:
        """Until somebody is settled or the weather changes."""
        weather = self._weather
        before = weather.commands, weather.messages

        def changed() -> bool:
            if self._strike is not None and self._strike.done():
                return True
            turned = (weather.commands, weather.messages) != before
            return turned or any(each.settled for each in self._waiting)

        if self._waiting or self._strike is not None:
            try:
                await self._fake.until(changed, "an answer", _PATIENCE_S)
            except AssertionError:
                self._soaked.unanswered += [self._told(each) for each in self._waiting]
        if self._strike is not None and self._strike.done():
            try:
                self._strike.result()
            except AssertionError as error:  # it never came back
                silent = [each for each in self._waiting if not each.acknowledged]
                self._soaked.unanswered += [str(error), *map(self._told, silent)]
            self._strike = None
        self._collect()

    def _collect(self) -> None:
        for asked in self._waiting:
            if asked.settled:
                self._weather.passed(asked)
                self._settled.append(asked)
                self._crowd.keep(asked.answers[0])
        self._waiting = [each for each in self._waiting if not each.settled]
        self._check_settled(_WATCHED)
        self._note_violations()

    def _check_settled(self, watched: int) -> None:
        """Those that were settled long ago."""
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
            if not self._weather.forgiven(violation):
                self._soaked.violations.append(str(violation))
        self._fake.violations.clear()

    def _sample(self) -> None:
        self._fake.tidy(_KEPT)
        self._fake.world.typed.clear()
        self._soaked.memory_mb.append(resident_mb())
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
