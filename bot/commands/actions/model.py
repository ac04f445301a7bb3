"""The work of `dealbot model`."""

import click

from bot.commands.options import load_settings
from bot.wording.visible import visible
from index.encoder import encoder as encoders
from index.encoder.record import SHIPPED


def adopt_model(
    name_or_folder: str | None, full_precision: bool, as_json: bool, **flags: str | None
) -> None:
    """Adopt the model and print its record."""
    from index.encoder.adoption import adopt  # only this command needs it

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


def list_models(as_json: bool, **flags: str | None) -> None:
    """Print the records of the adopted encoders and of the one that ships with dealbot."""
    adopted = encoders.installed(load_settings(**flags).encoders)
    ids = {record.id for record in adopted}
    shipped = [record for record in encoders.installed(SHIPPED) if record.id not in ids]
    for record in (*adopted, *shipped):
        if as_json:
            click.echo(record.model_dump_json())
        else:
            kind = f"{record.dimension} dimensions, {record.precision}"
            click.echo(visible(f"{record.id}  {kind}, from {record.source}"))
