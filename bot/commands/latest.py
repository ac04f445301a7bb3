"""`dealbot latest`: what is new in the articles."""

import click

from bot.commands.options import json_flag, setting


@click.command("latest")
@click.option("--since", metavar="DATE", help="Only what is new since then: 2026-03-01, Monday.")
@click.option("--as-of", metavar="DATE", help="List what was new then: 2026-03-01.")
@json_flag
@setting("index", "encoders", "prompts", "deadline_s")
def command(since: str | None, as_of: str | None, as_json: bool, **flags: str | None) -> None:
    """List what is new, newest first: one exact sentence an article.

    Without --since these are the newest articles. A corrected article is shown with the sentence
    before, and a withdrawn one is named."""
    from bot.commands.actions import latest as action

    action.run(since, as_of, as_json, **flags)
