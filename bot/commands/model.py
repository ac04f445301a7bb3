"""`dealbot model`: adopt a sentence-transformers model, and list the adopted ones."""

import click

from bot.commands.options import json_flag, load_settings, setting
from bot.wording.visible import visible
from index.encoder import encoder as encoders


@click.group("model")
def command() -> None:
    """Adopt encoders, and list the adopted ones."""


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

    Give a folder with a model. The default is the all-MiniLM-L6-v2 that comes with the `adopt`
    extra. The model is stored in 8 bits if that hardly changes what it finds. Then rebuild the
    index: dealbot index build."""
    from index.encoder.adoption import adopt  # imports torch, which nothing else needs

    home = load_settings(**flags).encoders
    record = adopt(
        name_or_folder,
        home,
        report=lambda line: click.echo(line, err=True),
        full_precision=full_precision,
    )
    if as_json:
        click.echo(record.model_dump_json())
    else:
        click.echo(f"Adopted {record.id}: {record.dimension} dimensions, {record.precision}")


@command.command("list")
@json_flag
@setting("encoders")
def list_models(as_json: bool, **flags: str | None) -> None:
    """List the adopted encoders."""
    for record in encoders.installed(load_settings(**flags).encoders):
        if as_json:
            click.echo(record.model_dump_json())
        else:
            kind = f"{record.dimension} dimensions, {record.precision}"
            click.echo(visible(f"{record.id}  {kind}, from {record.source}"))
