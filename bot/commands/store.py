"""`dealbot store`: look after the data of the Discord bot, mostly while it runs."""

from pathlib import Path

import click

from bot.commands.options import json_flag, setting

_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_user = click.option(
    "--user", type=click.IntRange(min=1), required=True, help="Discord id of the user."
)


@click.group("store")
def command() -> None:
    """Inspect and maintain the Discord bot's data.

    The bot may keep running, except for restore and copy. A store on a server is backed up and
    restored with PostgreSQL's own tools."""


@command.command("info")
@json_flag
@setting("store", "database_url", "keep_days", "keep_questions")
def info(as_json: bool, **flags: str | None) -> None:
    """Show how much the bot keeps, and for how long."""
    from bot.commands.actions import store as action

    action.info(as_json, **flags)


@command.command("backup")
@_file
@setting("store", "database_url")
def backup(file: Path, **flags: str | None) -> None:
    """Copy the store, as of one moment, to FILE.

    An older backup in FILE is replaced. Go back to it with: dealbot store restore FILE."""
    from bot.commands.actions import store as action

    action.backup(file, **flags)


@command.command("restore")
@_file
@setting("store", "database_url")
def restore(file: Path, **flags: str | None) -> None:
    """Replace the store with the backup FILE. Stop the bot first."""
    from bot.commands.actions import store as action

    action.restore(file, **flags)


@command.command("copy")
@click.argument("from", metavar="FROM")
@click.argument("to", metavar="TO")
def copy(**places: str) -> None:
    """Copy the store FROM to the empty store TO.

    Each is a file, or the URL of a PostgreSQL database. Stop the bots first. An interrupted copy
    leaves TO empty: start it again. Keep passwords out of the URLs, by PGPASSWORD or PGPASSFILE."""
    from bot.commands.actions import store as action

    action.copy(places["from"], places["to"])


@command.command("export")
@_user
@setting("store", "database_url")
def export(user: int, **flags: str | None) -> None:
    """Print all data that is kept about a user, as JSON."""
    from bot.commands.actions import store as action

    action.export(user, **flags)


@command.command("forget")
@_user
@json_flag
@setting("store", "database_url")
def forget(user: int, as_json: bool, **flags: str | None) -> None:
    """Delete a user's answers, votes and watches for good."""
    from bot.commands.actions import store as action

    action.forget(user, as_json, **flags)
