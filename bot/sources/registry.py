"""List of the sources, in a folder that several processes may change one after another."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict

from bot.sources.archive import archive_path
from bot.sources.json_file import read_json, write_json
from bot.sources.source import Source, SourcesError
from bot.sources.state import state_path
from bot.sources.status import read_statuses, write_statuses

_LIST = "sources.json"
_ARTICLES = "articles"
_LOCKED_S = 10.0  # changes take milliseconds
MOST_SOURCES = 200


class _SourceList(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: tuple[Source, ...] = ()


class Registry:
    """The sources in a folder, with their archives and their state."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def archives(self) -> Path:
        """Folder of the archives, which an index build reads like other articles."""
        return self.folder / _ARTICLES

    def archive(self, source_id: str) -> Path:
        return archive_path(self.archives, source_id)

    def sources(self) -> tuple[Source, ...]:
        """Read the sources, in the order in which they were added. Raises SourcesError if the list
        is damaged."""
        return read_json(self.folder / _LIST, _SourceList).sources

    def find(self, source_id: str) -> Source:
        """Return the source with this id. Raises SourcesError if there is none."""
        sources = self.sources()
        for source in sources:
            if source.id == source_id:
                return source
        known = ", ".join(source.id for source in sources)
        hint = f"The sources are: {known}" if known else "There are no sources yet"
        raise SourcesError(f"There is no source {source_id}. {hint}")

    def add(self, source: Source) -> None:
        """Add a source. Raises SourcesError if its id or address is taken, or the list is full."""
        with self.locked():
            sources = self.sources()
            check_new(source.address, sources)
            if any(other.id == source.id for other in sources):
                raise SourcesError(f"There is a source {source.id} already: give another --name")
            write_json(self.folder / _LIST, _SourceList(sources=(*sources, source)))

    def remove(self, source_id: str) -> Source:
        """Remove a source with its archive, and return it. Its articles leave the index with the
        next build. Raises SourcesError if there is none."""
        with self.locked():
            source = self.find(source_id)
            statuses = read_statuses(self.folder)  # first: a damaged file must change nothing
            # The archive goes first. If this is killed, the source is still listed and the next
            # update reads it anew; an archive without a source would never be removed.
            self.archive(source_id).unlink(missing_ok=True)
            state_path(self.folder, source_id).unlink(missing_ok=True)
            if statuses.sources.pop(source_id, None):
                write_statuses(self.folder, statuses)
            rest = tuple(other for other in self.sources() if other.id != source_id)
            write_json(self.folder / _LIST, _SourceList(sources=rest))
        return source

    def move(self, source_id: str, address: str) -> None:
        """Give a source another address. The caller holds the lock. Raises SourcesError if the
        address is taken."""
        sources = self.sources()
        check_free(address, sources)
        moved = (each.moved(address) if each.id == source_id else each for each in sources)
        write_json(self.folder / _LIST, _SourceList(sources=tuple(moved)))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock that a change needs. Raises SourcesError if another process holds it for
        long."""
        with _lock(self.folder, ".lock", _LOCKED_S, "Another program changes the sources"):
            yield

    @contextmanager
    def updating(self) -> Iterator[None]:
        """Hold the lock of an update; there is one at a time. Raises SourcesError if another one
        runs. Sources may be added and removed meanwhile."""
        with _lock(self.folder, ".update.lock", 0, "Another update of the sources is running"):
            yield


def check_new(address: str, sources: tuple[Source, ...]) -> None:
    """Raise SourcesError if a source has this address, or no more can be added."""
    check_free(address, sources)
    if len(sources) >= MOST_SOURCES:
        raise SourcesError(f"There are {MOST_SOURCES} sources, the most allowed: remove one first")


def check_free(address: str, sources: tuple[Source, ...]) -> None:
    """Raise SourcesError if a source has this address."""
    for other in sources:
        if other.address == address:
            raise SourcesError(f"{address} is a source already: {other.id}")


@contextmanager
def _lock(folder: Path, name: str, timeout_s: float, held: str) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / name, timeout=timeout_s)
        lock.acquire()
    except Timeout as error:
        raise SourcesError(f"{held}: try again when it has ended") from error
    except OSError as error:
        raise SourcesError(f"{folder} cannot be written: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()
