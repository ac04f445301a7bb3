"""`dealbot store`: look after the data of the Discord bot, mostly while it runs."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click

from bot.commands.options import json_flag, load_settings, setting
from bot.domain.errors import StoreError
from bot.store import Store
from bot.store.backups import restore as restore_store

_Done = TypeVar("_Done")

_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_user = click.option(
    "--user", type=click.IntRange(min=1), required=True, help="Discord id of the user."
)


@click.group("store")
def command() -> None:
    """Inspect and maintain the Discord bot's data.

    The bot may keep running, except for restore."""


@command.command("info")
@json_flag
@setting("store", "keep_days", "keep_questions")
def info(as_json: bool, **flags: str | None) -> None:
    """Show how much the bot keeps, and for how long."""
    settings = load_settings(**flags)
    found = _in_store(settings.store, Store.describe).model_dump(mode="json")
    found |= {
        "keep_questions": settings.keep_questions,
        "keep_days": settings.keep_days,
        "audit_kept_days": Store.audit_kept.days,
    }
    if as_json:
        click.echo(json.dumps(found))
        return
    for key, value in found.items():
        click.echo(f"{key + ':':<20} {'-' if value is None else value}")


@command.command("backup")
@_file
@setting("store")
def backup(file: Path, **flags: str | None) -> None:
    """Copy the store, as of one moment, to FILE.

    An older backup in FILE is replaced. Go back to it with: dealbot store restore FILE."""
    path = _other_than(file, load_settings(**flags).store)
    _in_store(path, lambda store: store.back_up(file))
    click.echo(f"{path} is backed up to {file}")


@command.command("restore")
@_file
@setting("store")
def restore(file: Path, **flags: str | None) -> None:
    """Replace the store with the backup FILE. Stop the bot first."""
    path = _other_than(file, load_settings(**flags).store)
    if not file.exists():
        raise StoreError(f"There is no file {file}")
    asyncio.run(restore_store(file, path))
    click.echo(f"{path} is restored from {file}")


@command.command("export")
@_user
@setting("store")
def export(user: int, **flags: str | None) -> None:
    """Print all data that is kept about a user, as JSON."""
    kept = _in_store(load_settings(**flags).store, lambda store: store.people.export(user))
    click.echo(kept.model_dump_json(indent=2))


@command.command("forget")
@_user
@json_flag
@setting("store")
def forget(user: int, as_json: bool, **flags: str | None) -> None:
    """Delete a user's answers and votes for good."""
    counts = _in_store(load_settings(**flags).store, lambda store: store.people.forget(user))
    if as_json:
        click.echo(json.dumps({"answers": counts.answers, "votes": counts.votes}))
    else:
        click.echo(f"Forgotten: {counts.answers} answers, {counts.votes} votes")


def _other_than(file: Path, store: Path) -> Path:
    if file.resolve() == store.resolve():
        raise StoreError(f"{file} is the store itself: name another file")
    return store


def _in_store(path: Path, work: Callable[[Store], Awaitable[_Done]]) -> _Done:
    """Run `work` on the store, beside the bot if it runs. Raises StoreError if there is no
    store."""

    async def within() -> _Done:
        async with Store.open(path, exclusive=False) as store:
            return await work(store)

    if not path.exists():
        raise StoreError(f"There is no store {path}: give the path of the bot's store with --store")
    return asyncio.run(within())
