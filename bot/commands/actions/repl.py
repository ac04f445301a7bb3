"""The work of `dealbot repl`."""

import asyncio
from typing import Any

from bot.app import open_live_index, open_service
from bot.commands.options import load_settings
from bot.config.settings import Settings
from bot.terminal.repl import run_repl


def run(**flags: Any) -> None:
    """Run the REPL."""
    asyncio.run(_run(load_settings(**flags)))


async def _run(settings: Settings) -> None:
    live = open_live_index(settings)
    async with open_service(settings, live) as service:
        await run_repl(service, live, settings)
