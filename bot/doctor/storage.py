"""What the bot keeps, and who else can read or change its files."""

import asyncio
import os
import stat
from pathlib import Path

from bot.config.settings import FILE, Settings
from bot.doctor.finding import WarningError
from bot.domain.errors import StoreError
from bot.store.database import Database
from bot.store.schema import STEPS

_OTHERS_READ = stat.S_IRGRP | stat.S_IROTH
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def store(settings: Settings) -> str:
    """Looks only: it is neither made nor brought to this program's schema."""
    path = settings.store
    if not path.exists():
        check_writable(nearest(path.parent))
        return f"there is none yet: dealbot run makes {path}"
    version = asyncio.run(_version(path))
    if version > len(STEPS):
        raise StoreError(f"{path} was made by a newer dealbot: upgrade dealbot")
    for place in (path, path.parent):
        check_writable(place)
    old = "" if version == len(STEPS) else "; dealbot run brings it to its own schema, and backs up"
    return f"{path} is intact, schema {version} of {len(STEPS)}{old}"


async def _version(path: Path) -> int:
    try:
        async with Database.open(path) as database:
            if await database.run("PRAGMA integrity_check(1)") != [("ok",)]:
                raise StoreError(f"{path} is damaged")
            [(version,)] = await database.run("PRAGMA user_version")
            return int(version)
    except StoreError as error:
        raise StoreError(
            f"{error.user_message}. A backup is put in its place by: dealbot store restore FILE"
        ) from error


def files(settings: Settings) -> str:
    """Whoever can write an index or the settings makes the bot say what he likes."""
    _check_closed(settings.store, _OTHERS_READ | _OTHERS_WRITE)
    for path in (settings.store.parent, settings.index, settings.encoders, FILE):
        _check_closed(path, _OTHERS_WRITE)
    return "nobody else can read the store, or change it, the index or the settings"


def _check_closed(path: Path, bits: int) -> None:
    """Raises WarningError where others have one of these rights."""
    if not path.exists():
        return
    mode = path.stat().st_mode
    if mode & stat.S_ISVTX and bits == _OTHERS_WRITE:
        return  # in /tmp and the like, nobody changes what is another's
    if mode & bits:
        rights = "go-rwx" if bits & _OTHERS_READ else "go-w"
        raise WarningError(
            f"others on this machine can {'read' if mode & bits & _OTHERS_READ else 'change'} "
            f"{path}. Keep them out with: chmod {rights} {path}"
        )


def check_secret(path: Path) -> None:
    """Raises WarningError where others can read what only the bot should know."""
    _check_closed(path, _OTHERS_READ | _OTHERS_WRITE)


def check_writable(path: Path) -> None:
    """Raises StoreError where what is kept there cannot be changed."""
    if not os.access(path, os.W_OK):
        raise StoreError(
            f"{path} cannot be written by this user. See whose it is with: ls -ld {path}"
        )


def nearest(path: Path) -> Path:
    """The path, or the first folder above it that exists."""
    absolute = path.absolute()
    return next(place for place in (absolute, *absolute.parents) if place.exists())
