"""Sources as the surfaces use them: add, check and update."""

from collections.abc import Sequence
from typing import Protocol

from bot.config.settings import Settings
from bot.sources.addition import Examined, examine
from bot.sources.fetching.fetcher import Fetcher
from bot.sources.outcome import SourceOutcome, UpdateOutcome
from bot.sources.registry import Registry
from bot.sources.source import Source
from bot.sources.status import SourceStatus, read_statuses
from bot.sources.update import Build, Updater


class SourceObserver(Protocol):
    """Receiver of the outcomes of sources (bot.monitoring.observer)."""

    def source_read(self, result: str, new: int, changed: int, withdrawn: int) -> None: ...


class SourceService:
    """Sources in the folder that the settings name; `fetcher` is open, and `build` builds the
    index after an update. `observer` receives the outcome of each source."""

    def __init__(
        self,
        settings: Settings,
        fetcher: Fetcher,
        build: Build,
        observer: SourceObserver | None = None,
    ) -> None:
        self._observer = observer
        self._settings, self._fetcher = settings, fetcher
        self._updater = Updater(settings, fetcher, build)
        self.registry = Registry(settings.sources)

    def listed(self) -> Sequence[tuple[Source, SourceStatus]]:
        """Return all sources with their status. Raises SourcesError if a file is damaged."""
        statuses = read_statuses(self.registry.folder)
        return [(source, statuses.of(source.id)) for source in self.registry.sources()]

    async def add(self, address: str, *, name: str = "", every: str | None = None) -> Examined:
        """Add the source at a URL or path, after reading it once. Raises an ExpectedError if it
        cannot be a source."""
        found = await examine(address, self._settings, self._fetcher, name=name, every=every)
        self.registry.add(found.source)
        return found

    async def check(self, source_id: str | None = None) -> list[SourceOutcome]:
        """Read one or all sources as an update would, and change nothing."""
        registry = self.registry
        sources = [registry.find(source_id)] if source_id else registry.sources()
        return [await self._updater.check(source) for source in sources]

    async def update(self, source_id: str | None = None) -> UpdateOutcome:
        """Update one source, or all that are due; see `Updater.run`."""
        outcome = await self._updater.run(source_id)
        if self._observer:
            for each in outcome.sources:
                self._observer.source_read(each.result, each.new, each.changed, each.withdrawn)
        return outcome

    def is_due(self) -> bool:
        """Return whether a source is due."""
        return self._updater.is_due()
