"""A fake Discord that discord.py is pointed at, and a bot that runs against it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
import pytest

from tests.fake_discord import FakeDiscord, pointed
from tests.fake_discord.remote import Remote


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    """Whatever the bot did wrong, and the test did not expect, fails the test."""
    async with FakeDiscord() as fake:
        with pointed(fake.url):
            yield fake
    assert not fake.violations, "\n".join(map(str, fake.violations))


@asynccontextmanager
async def running(
    client: discord.Client, fake: FakeDiscord | Remote
) -> AsyncIterator[discord.Client]:
    """From ready to closed. What ends the client early is raised."""
    await client.login(fake.token)
    connecting = asyncio.create_task(client.connect())
    ready = asyncio.create_task(client.wait_until_ready())
    try:
        await asyncio.wait((connecting, ready), return_when=asyncio.FIRST_COMPLETED)
        if connecting.done():
            connecting.result()
        yield client
    finally:
        ready.cancel()
        await client.close()
        connecting.cancel()  # it may be waiting to try again
        await asyncio.wait((connecting, ready))
        if not connecting.cancelled():
            connecting.result()
