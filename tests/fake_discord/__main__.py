"""A fake Discord as a process of its own: it prints its port and runs until its standard input
ends."""

import argparse
import asyncio
import sys

from tests.fake_discord.control import ControlledDiscord
from tests.fake_discord.fake import TOKEN


async def _serve(port: int, token: str) -> None:
    async with ControlledDiscord(port=port, token=token) as fake:
        print(fake.url.rpartition(":")[2], flush=True)  # noqa: T201 - the parent process reads this
        # a parent that dies, even by SIGKILL, closes the pipe
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    given = parser.parse_args()
    asyncio.run(_serve(given.port, given.token))
