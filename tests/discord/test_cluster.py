"""Processes that share the shards: real clients, a fake Discord and a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from bot.cluster import leases, member
from bot.discord.client import DealbotClient
from bot.discord.runner import build_client
from tests.discord.conftest import ANSWERED, OpenRuntime
from tests.fake_discord import FakeDiscord, Guild
from tests.postgres_server import PostgresServer

ANSWER = "$12.5 million"

Joined = Callable[..., AbstractAsyncContextManager[DealbotClient]]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the leases. The fake accepts new sessions at any rate."""
    for module, name, value in (
        (leases, "LEASE_S", 3.0),
        (leases, "IDENTIFY_S", 0.1),
        (leases, "_SETTLED_S", 1.0),
        (member, "_VALID_S", 2.0),
        (member, "GRACE_S", 1.0),
        (member, "_BEAT_S", 0.2),
        (member, "_LOOK_S", 0.05),
    ):
        monkeypatch.setattr(module, name, value)


@pytest.fixture
def joined(
    opened_runtime: OpenRuntime, fake: FakeDiscord, postgres: PostgresServer, tmp_path: Path
) -> Joined:
    """Return a function that runs a member of one cluster, with the range of its shards."""
    url = postgres.database()

    @asynccontextmanager
    async def joined(shards: str, **settings: object) -> AsyncIterator[DealbotClient]:
        store = tmp_path / f"{len(list(tmp_path.iterdir()))}.sqlite"
        given = {"store": store, "database_url": url, "shards": shards, **settings}
        async with opened_runtime(**given) as runtime:
            client = build_client(runtime)
            await client.login(fake.token)
            connecting = asyncio.create_task(client.connect())
            try:
                yield client
            finally:
                await client.close()
                await asyncio.wait({connecting})

    return joined


def held(client: DealbotClient) -> tuple[int, ...]:
    return client.runtime.gateway.shards or ()


async def holds(client: DealbotClient, *shards: int) -> None:
    async with asyncio.timeout(30):
        while (held(client), client.runtime.gateway.connected) != (shards, len(shards)):
            await asyncio.sleep(0.05)


def guild_on(fake: FakeDiscord, shard: int, count: int) -> Guild:
    """Create servers until one is on the shard."""
    while True:
        guild = fake.guild(f"Harbour {shard}")
        if (guild.id >> 22) % count == shard:
            return guild


async def say(fake: FakeDiscord, guild: Guild) -> None:
    await fake.say(fake.user(), guild.general, ANSWERED, mention_bot=True)


async def answered(fake: FakeDiscord, guild: Guild, times: int) -> None:
    """Wait until the bot has replied this often, and check that no question has two replies."""
    await fake.until(lambda: len(replies(fake, guild)) >= times, f"{times} replies")
    asked = [reply for reply in replies(fake, guild)]
    assert len(asked) == len(set(asked)) == times


def replies(fake: FakeDiscord, guild: Guild) -> list[int]:
    found = [m for m in fake.messages(guild.general) if m.author is fake.world.bot]
    assert all(ANSWER in message.text for message in found)
    return [message.referenced.id for message in found if message.referenced]


async def test_each_shard_is_served_by_one_process(fake: FakeDiscord, joined: Joined) -> None:
    guilds = [guild_on(fake, shard, 2) for shard in range(2)]
    async with joined("0/2") as first, joined("1/2") as second:
        await holds(first, 0)
        await holds(second, 1)
        for guild in guilds:
            await say(fake, guild)
            await answered(fake, guild, 1)
    assert fake.gateway.identifies == 2
