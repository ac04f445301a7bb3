"""Checks of the store, and of who else can read or change the bot's files."""

import asyncio
import os
import stat
from pathlib import Path

from pydantic import SecretStr

from bot.config.settings import FILE, Settings
from bot.doctor.diagnosis import WarningError
from bot.domain.errors import StoreError
from bot.store.migration import known_version
from bot.store.places import open_server
from bot.store.schema import STEPS
from bot.store.sqlite_file import SqliteFile

_OTHERS_READ = stat.S_IRGRP | stat.S_IROTH
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def store(settings: Settings) -> str:
    """Check the store without creating it or changing its schema."""
    if settings.database_url is not None:
        return asyncio.run(_on_server(settings.database_url))
    path = settings.store
    if not path.exists():
        check_writable(nearest(path.parent))
        return f"there is none yet: dealbot run creates {path}"
    version = asyncio.run(_version(path))
    if version > len(STEPS):
        raise StoreError(f"{path} was made by a newer dealbot: upgrade dealbot")
    for place in (path, path.parent):
        check_writable(place)
    old = "" if version == len(STEPS) else "; dealbot run backs it up and upgrades its schema"
    return f"{path} is intact, schema {version} of {len(STEPS)}{old}"


async def _version(path: Path) -> int:
    try:
        async with SqliteFile.open(path) as file:
            if await file.pragma("integrity_check(1)") != "ok":
                raise StoreError(f"{path} is damaged")
            return await file.schema_version()
    except StoreError as error:
        raise StoreError(
            f"{error.user_message}. Restore a backup with: dealbot store restore FILE"
        ) from error


async def _on_server(url: SecretStr) -> str:
    async with open_server(url) as server:
        version = await known_version(server, len(STEPS))
        await server.check_writable()
        if version == 0:
            return f"there is none yet: dealbot run creates it in {server.name}"
        old = "" if version == len(STEPS) else "; dealbot run upgrades its schema"
        return f"{server.name} is reachable, schema {version} of {len(STEPS)}{old}"


def files(settings: Settings) -> str:
    """Check file permissions: a user who can write an index or the settings controls the
    answers."""
    _check_closed(settings.store, _OTHERS_READ | _OTHERS_WRITE)
    for path in (settings.store.parent, settings.index, settings.encoders, FILE):
        _check_closed(path, _OTHERS_WRITE)
    return "no other user can read the store, or change the store, the index or the settings"


def _check_closed(path: Path, bits: int) -> None:
    """Raise WarningError if others have one of these permissions on the path."""
    if not path.exists():
        return
    mode = path.stat().st_mode
    if mode & stat.S_ISVTX and bits == _OTHERS_WRITE:
        return  # sticky bit, as on /tmp: users can change only their own files
    if mode & bits:
        rights = "go-rwx" if bits & _OTHERS_READ else "go-w"
        raise WarningError(
            f"others on this machine can {'read' if mode & bits & _OTHERS_READ else 'change'} "
            f"{path}. Keep them out with: chmod {rights} {path}"
        )


def check_secret(path: Path) -> None:
    """Raise WarningError if others can read or change the file."""
    _check_closed(path, _OTHERS_READ | _OTHERS_WRITE)


def check_writable(path: Path) -> None:
    """Raise StoreError if this user cannot write to the path."""
    if not os.access(path, os.W_OK):
        raise StoreError(
            f"{path} cannot be written by this user. See who owns it with: ls -ld {path}"
        )


def nearest(path: Path) -> Path:
    """Return the path, or the first folder above it that exists."""
    absolute = path.absolute()
    return next(place for place in (absolute, *absolute.parents) if place.exists())
