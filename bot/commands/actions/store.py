"""The work of `dealbot store`."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

import click
from pydantic import SecretStr

from bot.commands.options import load_settings
from bot.config.settings import Settings
from bot.domain.errors import StoreError
from bot.store import Store, StorePlace
from bot.store.backups import restore as restore_store
from bot.store.transfer import copy as copy_store
from bot.terminal.progress import progress_on_stderr
from bot.wording.answers import put_in_words
from index.models import DATABASE_URLS

_Done = TypeVar("_Done")


def info(as_json: bool, **flags: str | None) -> None:
    """Print what the store keeps."""
    settings = load_settings(**flags)
    found = _in_store(settings, Store.describe).model_dump(mode="json")
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


def backup(file: Path, **flags: str | None) -> None:
    """Back the store up to the file."""
    settings = load_settings(**flags)
    _other_than(file, settings.store)
    _in_store(settings, lambda store: store.back_up(file))
    click.echo(f"{settings.store} is backed up to {file}")


def restore(file: Path, **flags: str | None) -> None:
    """Replace the store with the backup."""
    settings = load_settings(**flags)
    path = _other_than(file, settings.store)
    if settings.store_place != path:
        raise StoreError(
            "The store is on a server: go back to a backup with pg_restore, or copy FILE to an "
            "empty database with dealbot store copy"
        )
    if not file.exists():
        raise StoreError(f"There is no file {file}")
    asyncio.run(restore_store(file, path))
    click.echo(f"{path} is restored from {file}")


def copy(source: str, target: str) -> None:
    """Copy a store to an empty one, and print how much was copied."""
    with progress_on_stderr() as progress:
        copied = asyncio.run(copy_store(_place(source), _place(target), progress))
    click.echo(f"Copied {sum(copied.values())} rows of {len(copied)} tables; all checksums agree.")


def _place(text: str) -> StorePlace:
    """Read the place of a store. Raises StoreError, without the text, for any other URL: it may
    have a password."""
    if text.startswith(DATABASE_URLS):
        return SecretStr(text)
    if "://" in text:
        raise StoreError(
            "FROM and TO are files or URLs of PostgreSQL: write "
            "postgresql://USER@HOST:PORT/DATABASE, in small letters"
        )
    return Path(text)


def export(user: int, **flags: str | None) -> None:
    """Print the data of the user as JSON."""
    kept = _in_store(load_settings(**flags), lambda store: store.people.export(user, put_in_words))
    click.echo(kept.model_dump_json(indent=2))


def forget(user: int, as_json: bool, **flags: str | None) -> None:
    """Delete the data of the user and print how much it was."""
    counts = _in_store(load_settings(**flags), lambda store: store.people.forget(user))
    if as_json:
        click.echo(json.dumps(asdict(counts)))
    else:
        click.echo(
            f"Forgotten: {counts.answers} answers, {counts.votes} votes, {counts.watches} watches"
        )


def _other_than(file: Path, store: Path) -> Path:
    if file.resolve() == store.resolve():
        raise StoreError(f"{file} is the store itself: name another file")
    return store


def _in_store(settings: Settings, work: Callable[[Store], Awaitable[_Done]]) -> _Done:
    """Run `work` on the store, beside the bot if it runs. Raises StoreError if there is no
    store."""

    async def within() -> _Done:
        async with Store.open(settings.store_place, exclusive=False, create=False) as store:
            return await work(store)

    return asyncio.run(within())
