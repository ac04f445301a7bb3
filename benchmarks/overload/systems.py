"""Systems under test: the service in this process, and the bot in a process of its own."""

import asyncio
import os
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from unittest.mock import patch

from benchmarks.overload.arrivals import Ask, Outcome
from benchmarks.soak.signs import running_bot
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


@asynccontextmanager
async def service(index: Path) -> AsyncIterator[tuple[Ask, int]]:
    """Open the service with default settings, as the bot does. Yield a function that asks, and the
    process id."""
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

        yield ask, os.getpid()


@asynccontextmanager
async def bot(index: Path) -> AsyncIterator[tuple[Ask, int]]:
    """Run the bot against a fake Discord; yield a function that asks by a command, and the process
    id. Times run from the command to the visible reply. The fake Discord shares this process with
    the askers."""
    with TemporaryDirectory() as folder, _shown() as shown:
        async with FakeDiscord() as fake:
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

            store = Path(folder) / "dealbot.sqlite"
            async with running_bot(fake, index, default_home(), store) as pid:
                yield ask, pid


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
