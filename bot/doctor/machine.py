"""Checks of Python, the disks and the clock."""

import os
import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from bot.config.settings import Settings
from bot.doctor.diagnosis import WarningError
from bot.doctor.storage import check_writable, nearest
from index.errors import ExpectedError
from index.generations.generation import current_folder
from index.generations.manifest import read_manifest

_ENOUGH_FREE_MB = 500  # several times what an encoder and a rebuild of the bundled articles take
_SKEW_S = 5.0
SET_CLOCK = "Set it with: timedatectl set-ntp true"


class ClockError(ExpectedError):
    """The clock is wrong."""


def python(settings: Settings) -> str:
    return f"{sys.version.split()[0]} with SQLite {sqlite3.sqlite_version} in {sys.prefix}"


def disk(settings: Settings) -> str:
    """Check the free space: a rebuild writes a new generation beside the current one."""
    needed_mb = max(_ENOUGH_FREE_MB, 2 * _index_mb(settings.index))
    folders = {nearest(settings.index), nearest(settings.store.parent)}
    for folder in sorted(folders):
        check_writable(folder)
        free_mb = shutil.disk_usage(folder).free // 1_000_000
        if free_mb < needed_mb:
            raise WarningError(
                f"only {free_mb} MB are free for {folder}, and a rebuild may need {needed_mb}. See "
                f"what uses the space with: du -sh {folder}/*"
            )
    return f"{free_mb} MB are free for {folder}"


def _index_mb(index: Path) -> int:
    with suppress(ExpectedError):  # the check of the index reports it
        files = current_folder(index).rglob("*")
        return sum(file.stat().st_size for file in files if file.is_file()) // 1_000_000
    return 0


def clock(settings: Settings) -> str:
    """Check the clock, which is compared with the times in Discord's interactions."""
    now = datetime.now(UTC)
    if now < _built(settings.index):
        raise ClockError(
            f"the clock says {now:%Y-%m-%d %H:%M} UTC, which is before the index was built. "
            + SET_CLOCK
        )
    folder = nearest(settings.store.parent)
    if os.access(folder, os.W_OK) and abs(skew_s := _disk_ahead_s(folder)) > _SKEW_S:
        raise WarningError(f"the disk of {folder} is {skew_s:+.0f} s off the clock. {SET_CLOCK}")
    return f"{now:%Y-%m-%d %H:%M:%S} UTC"


def _built(index: Path) -> datetime:
    with suppress(ExpectedError):  # the check of the index reports it
        return datetime.fromisoformat(read_manifest(current_folder(index)).created)
    return datetime.min.replace(tzinfo=UTC)


def _disk_ahead_s(folder: Path) -> float:
    """Return the seconds by which the disk's clock is ahead; another machine may own the disk."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".clock-") as file:
        return os.stat(file.name).st_mtime - time.time()
