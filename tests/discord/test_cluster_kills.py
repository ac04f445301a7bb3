"""`dealbot run` as several processes that share the shards: killed, and started again."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from tests.discord.conftest import ANSWERED, receipt_id
from tests.discord.test_cluster import answered, guild_on, replies
from tests.discord.test_runner import Bot
from tests.fake_discord import TOKEN, FakeDiscord, Guild
from tests.hang_guard import HANG_S
from tests.postgres_server import PostgresServer

MANY = 50
_RECORDING = 3  # answers that have arrived and are not in the store yet, at most
LIMITS = [f"--limit-per-{what}=10000/minute" for what in ("user", "channel", "server")]
LIMITS += ["--limit-overall=10000/minute", "--max-wait-s=600", "--deadline-s=600"]

Started = Callable[[str], AbstractAsyncContextManager[Bot]]


@pytest.fixture
def started(
    fake: FakeDiscord, town_index: Path, encoder_home: Path, postgres: PostgresServer
) -> Started:
    """Return a function that runs a process with a range of shards, all over one database."""
    url = postgres.database()

    @asynccontextmanager
    async def started(shards: str) -> AsyncIterator[Bot]:
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("DEALBOT_", "DISCORD_"))}
        kept |= {"DISCORD_TOKEN": TOKEN, "DEALBOT_ENCODERS": str(encoder_home)}
        kept |= {"DEALBOT_METRICS_PORT": "0", "DEALBOT_DATABASE_URL": url}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.fake_discord.run_bot", fake.url),
            *("run", "--index", str(town_index), "--shards", shards, *LIMITS),
            env=kept,
            stderr=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
        )
        bot = Bot(process)
        try:
            yield bot
        finally:
            await bot.kill()

    return started


async def ask_many(fake: FakeDiscord, guild: Guild) -> set[int]:
    """Ask as many people at once; return the ids of their messages."""
    asked = set()
    for number in range(MANY):
        question = f"{ANSWERED} {'?' * number}"
        said = await fake.say(fake.user(), guild.general, question, mention_bot=True)
        asked.add(said.id)
    return asked


def posts(fake: FakeDiscord, guild: Guild) -> int:
    """Return the number of posts, also of those that Discord took for one by their nonce."""
    path = f"/channels/{guild.general.id}/messages"
    return [(method, to) for method, to, _ in fake.rest.requests].count(("POST", path))


async def receipts(fake: FakeDiscord, guild: Guild, answers: int) -> int:
    """Return the number of receipts that the answers show, once all have their buttons."""

    def shown() -> list[str]:
        found = [m for m in fake.messages(guild.general) if m.author is fake.world.bot]
        return [receipt_id(message) for message in found if message.buttons]

    await fake.until(lambda: len(shown()) >= answers, "buttons")
    return len(set(shown()))


@pytest.mark.slow
@pytest.mark.usefixtures("patient")
async def test_a_kill_loses_no_question_and_answers_none_twice(
    started: Started, fake: FakeDiscord
) -> None:
    """Some of the answers have arrived when the process dies, some are on their way, and others
    are not begun."""
    guild = guild_on(fake, 1, 2)
    async with started("0-1/2") as first:
        await first.says("The shard 1 of 2 is served here")
        await first.says("The shard 0 of 2 is served here")
        async with started("0-1/2") as spare:
            await fake.say(fake.user(), guild.general, ANSWERED, mention_bot=True)
            await answered(fake, guild, 1)
            asked = await ask_many(fake, guild)
            await fake.until(lambda: len(replies(fake, guild)) > MANY // 5, "some answers")
            with fake.faults.hold("POST /channels/*/messages") as held:
                await fake.faults.entered(held)
                await first.kill()
            in_flight = held.met + _RECORDING
            assert len(replies(fake, guild)) < MANY
            late = await fake.say(fake.user(), guild.general, ANSWERED, mention_bot=True)
            await spare.says("The shard 1 of 2 is served here")
            await answered(fake, guild, MANY + 2)
            assert asked | {late.id} <= set(replies(fake, guild))
            await fake.gateway.caught_up()
            assert posts(fake, guild) <= MANY + 2 + in_flight
            assert await receipts(fake, guild, MANY + 2) == MANY + 2
        assert "Traceback" not in spare.said
    assert fake.gateway.identifies == 2


@pytest.mark.slow
@pytest.mark.usefixtures("patient")
async def test_a_rolling_restart_loses_no_question(started: Started, fake: FakeDiscord) -> None:
    """People ask all the time while each process is replaced."""
    guild, asked, stop = guild_on(fake, 0, 1), set[int](), asyncio.Event()

    async def keep_asking() -> None:
        while not stop.is_set():
            said = await fake.say(fake.user(), guild.general, ANSWERED, mention_bot=True)
            asked.add(said.id)
            await asyncio.sleep(0.1)

    async with started("0/1") as first:
        await first.says("The shard 0 of 1 is served here")
        asking = asyncio.create_task(keep_asking())
        async with started("0/1") as second:
            await second.says("Ready")
            first.send(signal.SIGTERM)
            assert await first.ends() == 0
            await second.says("The shard 0 of 1 is served here")
            async with started("0/1") as third:
                await third.says("Ready")
                second.send(signal.SIGTERM)
                assert await second.ends() == 0
                await third.says("The shard 0 of 1 is served here")
                stop.set()
                await asking
                await answered(fake, guild, len(asked))
                assert set(replies(fake, guild)) == asked
                assert await receipts(fake, guild, len(asked)) == len(asked)
                assert posts(fake, guild) == len(asked)
    for bot in (first, second):
        assert "not delivered" not in bot.said
        assert "Traceback" not in bot.said
    assert fake.gateway.identifies == 1


@pytest.mark.slow
async def test_another_range_takes_over_within_a_minute_and_gives_back(
    started: Started, fake: FakeDiscord
) -> None:
    guild = guild_on(fake, 1, 2)
    async with started("0/2") as first:
        async with started("1/2") as second:
            await second.says("The shard 1 of 2 is served here")
            await fake.say(fake.user(), guild.general, ANSWERED, mention_bot=True)
            await answered(fake, guild, 1)
            await second.kill()
        await fake.say(fake.user(), guild.general, ANSWERED, mention_bot=True)
        async with asyncio.timeout(HANG_S):
            await answered(fake, guild, 2)
        assert "The shard 1 of 2 is served here" in first.said
        async with started("1/2") as second:
            await second.says("The shard 1 of 2 is served here")
            await fake.say(fake.user(), guild.general, ANSWERED, mention_bot=True)
            await answered(fake, guild, 3)
        assert "The shard 1 is no longer served here" in first.said
    assert fake.gateway.identifies == 2
