"""`dealbot eval`: measure the answers to a file of questions whose right sentences it names."""

from pathlib import Path

import click

from bot.commands.options import json_flag, setting


@click.command("eval")
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.jsonl"
)
@click.option(
    "--split",
    type=click.Choice(["tune", "final", "all"]),
    default="all",
    show_default=True,
    help="Ask only the questions of this split.",
)
@json_flag
@setting("index", "encoders")
def command(file: Path, split: str, as_json: bool, **flags: str | None) -> None:
    """Ask every question of FILE.jsonl and measure the answers.

    The answers are compared with the sentences that the file names as right. docs/evaluation.md
    describes the format of the file and how to read the table."""
    from bot.commands.actions import eval as action

    action.run(file, split, as_json, **flags)
