"""`dealbot search`: show what retrieval finds, without an answer."""

from pathlib import Path

import click

from bot.commands.options import batch_option, json_flag, setting


@click.command("search")
@click.argument("question", required=False)
@batch_option
@click.option(
    "-k",
    "k",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    help="Number of passages and of sentences.",
)
@json_flag
@setting("index", "encoders")
def command(
    question: str | None, batch: Path | None, k: int, as_json: bool, **flags: str | None
) -> None:
    """Show the passages and sentences that retrieval finds for QUESTION.

    To search for a file of questions: dealbot search --batch FILE.jsonl --json."""
    from bot.commands.actions import search as action

    action.run(question, batch, k, as_json, **flags)
