"""`dealbot repl`: questions and answers at a prompt, or one question per line from a pipe."""

import asyncio
from typing import Any

import click

from bot.app import open_live_index, open_service
from bot.commands.options import LLM, load_settings, setting
from bot.config.settings import Settings
from bot.terminal.repl import run_repl


@click.command("repl")
@setting(
    "index",
    "encoders",
    "history",
    "articles",
    "max_article_mb",
    "dense_type",
    "golden",
    "store",
    "prompts",
    *LLM,
)
def command(**flags: Any) -> None:
    """Ask questions at a prompt, or pipe in one question per line.

    Type :help at the prompt to list its commands."""
    asyncio.run(_run(load_settings(**flags)))


async def _run(settings: Settings) -> None:
    live = open_live_index(settings)
    async with open_service(settings, live) as service:
        await run_repl(service, live, settings)
