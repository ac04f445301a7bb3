"""`dealbot store`: what the Discord bot keeps, while it runs."""

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
_user = click.option("--user", type=click.IntRange(min=1), required=True, help="A Discord id.")


@click.group("store")
def command() -> None:
    """Look after what the Discord bot keeps; the bot may run meanwhile."""


@command.command("info")
@json_flag
@setting("store", "keep_days", "keep_questions")
def info(as_json: bool, **flags: str | None) -> None:
    """Show how much is kept, and for how long."""
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
    """Copy the store, as it is at one moment, to FILE, in the place of an older backup."""
    path = _other_than(file, load_settings(**flags).store)
    _in_store(path, lambda store: store.back_up(file))
    click.echo(f"{path} is backed up to {file}")


@command.command("restore")
@_file
@setting("store")
def restore(file: Path, **flags: str | None) -> None:
    """Put the backup FILE in the place of the store. Stop the bot before."""
    path = _other_than(file, load_settings(**flags).store)
    if not file.exists():
        raise StoreError(f"There is no file {file}")
    asyncio.run(restore_store(file, path))
    click.echo(f"{path} is as {file} was")


@command.command("export")
@_user
@setting("store")
def export(user: int, **flags: str | None) -> None:
    """Print all that is kept of a person, as JSON."""
    kept = _in_store(load_settings(**flags).store, lambda store: store.people.export(user))
    click.echo(kept.model_dump_json(indent=2))


@command.command("forget")
@_user
@json_flag
@setting("store")
def forget(user: int, as_json: bool, **flags: str | None) -> None:
    """Remove a person's answers and votes, for good."""
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
    """Beside the bot, if it runs. Makes no store where there is none."""

    async def within() -> _Done:
        async with Store.open(path, exclusive=False) as store:
            return await work(store)

    if not path.exists():
        raise StoreError(f"There is no store {path}: name the bot's with --store")
    return asyncio.run(within())
