"""A fake Discord in another process, for tests that stop or block the bot's own."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.fake_discord.fake import TOKEN


class Remote:
    """A client for a fake Discord in another process. `await remote.ask("slash", user=ann["id"],
    name="ask", options={...}, channel=...)`; see ControlledDiscord for the methods."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url, self.token, self._session = url, TOKEN, session

    async def ask(self, what: str, **arguments: Any) -> Any:
        async with self._session.post(f"{self.url}/fake/{what}", json=arguments) as answer:
            body = await answer.json()
        if "error" in body:
            raise AssertionError(body["error"])
        return body["result"]


@asynccontextmanager
async def remote_discord() -> AsyncIterator[Remote]:
    """Run a fake Discord in another process for the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.fake_discord"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        port = int(await process.stdout.readline())
        async with aiohttp.ClientSession() as session:
            yield Remote(f"http://127.0.0.1:{port}", session)
    finally:
        process.stdin.close()
        await process.wait()
