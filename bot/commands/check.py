"""`dealbot check`: check the sentences of a text against the articles."""

from pathlib import Path

import click

from bot.commands.options import json_flag, setting


@click.command("check")
@click.argument("text", required=False)
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    metavar="FILE",
    help="Check the text of a file; - is standard input.",
)
@json_flag
@setting("index", "encoders", "prompts", "deadline_s")
def command(text: str | None, file: Path | None, as_json: bool, **flags: str | None) -> None:
    """Check each sentence of TEXT against the articles.

    Each sentence is supported, contradicted or not found, with the exact sentences that show it.
    Use - to read TEXT from standard input."""
    from bot.commands.actions import check as action

    action.run(text, file, as_json, **flags)
