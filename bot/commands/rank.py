"""`dealbot rank`: score given sentences against a question, without an index."""

from pathlib import Path

import click

from bot.commands.options import batch_option, json_flag, setting


@click.command("rank")
@batch_option
@json_flag
@setting("encoders")
def command(batch: Path | None, as_json: bool, **flags: str | None) -> None:
    """Score the sentences of each line against its question.

    Uses the code that picks evidence, and needs no index. Give --batch FILE.jsonl and --json."""
    from bot.commands.actions import rank as action

    action.run(batch, as_json, **flags)
