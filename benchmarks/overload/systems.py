"""Systems under test: the service in this process; the bot and the null bot, each in a process of
its own, against a fake Discord in this one."""

import asyncio
import gc
import os
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from unittest.mock import patch

from benchmarks.overload.arrivals import Ask, Outcome
from benchmarks.overload.loop_lag import Counts, free_port, read_lag
from benchmarks.soak.signs import running, running_bot
from bot.app import open_live_index, open_service
from bot.commands.run import SWITCH_S
from bot.config.settings import Settings
from bot.domain.errors import ServiceBusyError
from bot.domain.models import Question
from index.encoder.encoder import default_home
from tests.discord.notices import without_notices
from tests.fake_discord import FakeDiscord, Invocation

_USERS = 2_000  # so many that a user rarely has two open questions
_GUILDS = 8
_ACK_S = 3.2  # Discord accepts an acknowledgement for 3 seconds
_KEPT, _TIDY_S = 10_000, 1.0  # messages that the fake remembers


@dataclass(frozen=True, slots=True)
class System:
    """Running system: a function that asks it, its process id, and a function that reads the lag
    of its event loop."""

    ask: Ask
    pid: int
    read_lag: Callable[[], Awaitable[Counts]]


async def _no_lag() -> Counts:
    return {}


@asynccontextmanager
async def service(index: Path) -> AsyncIterator[System]:
    """Open the service with default settings, as the bot does."""
    sys.setswitchinterval(SWITCH_S)
    settings = Settings(index=index, encoders=default_home())
    askers = cycle(map(str, range(_USERS)))
    async with open_service(settings, open_live_index(settings)) as answering:

        async def ask(question: str) -> Outcome:
            asked = perf_counter()
            try:
                await answering.answer(Question(question=question), asker=next(askers))
            except ServiceBusyError:
                return Outcome(False, perf_counter() - asked)
            return Outcome(True, perf_counter() - asked)

        yield System(ask, os.getpid(), _no_lag)


@asynccontextmanager
async def bot(index: Path) -> AsyncIterator[System]:
    """Run the bot. Times run from the command to the visible reply."""
    with TemporaryDirectory() as folder:
        async with _asked_fake() as (fake, ask):
            store, port = Path(folder) / "dealbot.sqlite", free_port()
            more = "--metrics-port", str(port)
            async with running_bot(fake, index, default_home(), store, *more) as pid:
                yield System(ask, pid, lambda: read_lag(port))


@asynccontextmanager
async def null_bot() -> AsyncIterator[System]:
    """Run the null bot, which refuses every command."""
    async with (
        _asked_fake() as (fake, ask),
        running(fake, "benchmarks.overload.null_bot", fake.url) as pid,
    ):
        yield System(ask, pid, _no_lag)


@asynccontextmanager
async def _asked_fake() -> AsyncIterator[tuple[FakeDiscord, Ask]]:
    """Run a fake Discord; yield it and a function that asks by a command."""
    with _shown() as shown:
        async with FakeDiscord() as fake, _tidied(fake):
            channels = [fake.guild(f"Server{number}").general for number in range(_GUILDS)]
            people = cycle([fake.user(f"Asker{number}") for number in range(_USERS)])
            places = cycle(channels)

            async def ask(question: str) -> Outcome:
                options = {"question": question}
                asked = await fake.slash(next(people), "ask", options, channel=next(places))
                outcome = shown[asked.id]
                with suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(outcome), _ACK_S)
                told = Outcome(None, _ACK_S) if asked.ack is None else await outcome
                del shown[asked.id]
                return told

            yield fake, ask


@asynccontextmanager
async def _tidied(fake: FakeDiscord) -> AsyncIterator[None]:
    """Let the fake forget what is over while the block runs. Garbage collections over tens of
    thousands of messages would delay the askers by more than the bot does."""

    async def tidy() -> None:
        while True:
            await asyncio.sleep(_TIDY_S)
            fake.tidy(_KEPT)

    gc.collect()
    gc.freeze()
    tidying = asyncio.create_task(tidy(), name="tidying")
    try:
        yield
    finally:
        tidying.cancel()
        gc.unfreeze()


@contextmanager
def _shown() -> Iterator[defaultdict[int, asyncio.Future[Outcome]]]:
    """Yield the future outcome of each interaction, by id. The fake's own wait asks every waiter at
    each change, which is too slow for thousands."""
    outcomes = defaultdict[int, asyncio.Future[Outcome]](asyncio.Future)
    tell = Invocation.shown

    def shown(asked: Invocation) -> None:
        tell(asked)
        outcome, answers = outcomes[asked.id], without_notices(asked.answers)
        if answers and not outcome.done():
            outcome.set_result(Outcome(bool(answers[0].embeds), asked.since_s))

    with patch.object(Invocation, "shown", shown):
        yield outcomes
