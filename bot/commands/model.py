"""`dealbot model`: adopt a sentence-transformers model, and list the encoders."""

import click

from bot.commands.options import json_flag, setting


@click.group("model")
def command() -> None:
    """Adopt encoders, and list them."""


@command.command("adopt")
@click.argument("name_or_folder", required=False)
@click.option(
    "--full-precision", is_flag=True, help="Do not use 8 bits, even if the results stay the same."
)
@json_flag
@setting("encoders")
def adopt_model(
    name_or_folder: str | None, full_precision: bool, as_json: bool, **flags: str | None
) -> None:
    """Export a sentence-transformers model to the format that dealbot runs.

    Give a folder with a model; this needs the `adopt` extra. The model is stored in 8 bits if that
    hardly changes what it finds. Without a folder, return to the default encoder, which ships with
    dealbot. Then rebuild the index: dealbot index build."""
    from bot.commands.actions import model as action

    action.adopt_model(name_or_folder, full_precision, as_json, **flags)


@command.command("list")
@json_flag
@setting("encoders")
def list_models(as_json: bool, **flags: str | None) -> None:
    """List the adopted encoders and the one that ships with dealbot."""
    from bot.commands.actions import model as action

    action.list_models(as_json, **flags)
