"""`dealbot repl`: questions and answers at a prompt, or one question per line from a pipe."""

from typing import Any

import click

from bot.commands.options import LLM, setting


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
    "database_url",
    "prompts",
    *LLM,
)
def command(**flags: Any) -> None:
    """Ask questions at a prompt, or pipe in one question per line.

    Type :help at the prompt to list its commands."""
    from bot.commands.actions import repl as action

    action.run(**flags)
