"""`dealbot timeline`: what happened, day by day."""

import click

from bot.commands.options import json_flag, setting


@click.command("timeline")
@click.argument("topic", required=False)
@click.option("--since", metavar="DATE", help="Only what was published since then.")
@click.option("--as-of", metavar="DATE", help="List what was known then: 2026-03-01.")
@json_flag
@setting("index", "encoders", "prompts", "deadline_s")
def command(
    topic: str | None,
    since: str | None,
    as_of: str | None,
    as_json: bool,
    **flags: str | None,
) -> None:
    """List what happened, oldest first: at most one exact sentence a day.

    With TOPIC, only days with a sentence about it are listed."""
    from bot.commands.actions import timeline as action

    action.run(topic, since, as_of, as_json, **flags)
