"""Selection of the encoder that ships with the package, and changes to a folder of encoders."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from index.encoder.encoder import CURRENT, Encoder, open_current
from index.encoder.record import SHIPPED, EncoderRecord
from index.errors import EncoderError
from index.files.publication import make_folder, staging_folder, sweep_staging, write_pointer

Report = Callable[[str], None]

_LOCK_TIMEOUT_S = 300


def use_shipped(home: Path, report: Report) -> EncoderRecord:
    """Make the shipped encoder the current one in `home`, and remove a damaged copy of it there.
    Nothing is written if it is current already. Raises EncoderError if the shipped encoder is
    damaged or `home` cannot be written."""
    record = open_current(SHIPPED).record
    if not _is_current(home, record.id):
        with changing(home):
            _remove_damaged(home, record.id)
            write_pointer(home / CURRENT, record.id)
    report(f"{record.id} is the current encoder. It ships with dealbot.")
    return record


@contextlib.contextmanager
def changing(home: Path) -> Iterator[None]:
    """Hold the lock on `home` for a change, and remove what a killed change left there. Raises
    EncoderError if another change is running or `home` cannot be written."""
    try:
        make_folder(home)
        with FileLock(home / ".lock", timeout=_LOCK_TIMEOUT_S):
            sweep_staging(home)
            yield
    except Timeout as error:
        raise EncoderError(f"Another adoption is running in {home}. Try again later.") from error
    except OSError as error:
        where, why = error.filename or home, error.strerror or error
        raise EncoderError(f"The encoder cannot be written to {where}: {why}.") from error


def _is_current(home: Path, encoder_id: str) -> bool:
    try:
        return open_current(home).id == encoder_id
    except EncoderError:
        return False


def _remove_damaged(home: Path, encoder_id: str) -> None:
    folder = home / encoder_id
    if not folder.exists():
        return
    with contextlib.suppress(EncoderError):
        Encoder.open(folder)
        return
    with staging_folder(home) as staging:
        folder.rename(staging / encoder_id)  # at once, so that no reader finds half of it
