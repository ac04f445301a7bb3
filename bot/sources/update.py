"""Update of the sources: read those that are due, archive what changed, build one generation."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from bot.config.settings import Settings
from bot.config.values import parse_interval
from bot.sources.address import kept_url
from bot.sources.archive import append, archive_sizes
from bot.sources.borrowed_ids import keep_apart
from bot.sources.changes import Changes, find_changes
from bot.sources.fetching.errors import FetchError
from bot.sources.fetching.fetcher import Fetcher
from bot.sources.findings import Findings, summary_of
from bot.sources.local import read_local
from bot.sources.outcome import Result, SourceOutcome, UpdateOutcome
from bot.sources.registry import Registry
from bot.sources.remote import ReadLimits, read_remote
from bot.sources.source import Source, SourcesError, utc_text
from bot.sources.state import SourceState, read_state, write_state
from bot.sources.status import SourceStatus, read_statuses, write_statuses
from index.errors import ExpectedError

_CHECKED = ReadLimits(pages=3, withdrawals=3, rechecks=3, seconds=30)
_AT_ONCE = 8  # sources; the fetcher limits the requests of a host
_MOST_DOUBLINGS = 5
_LONGEST_WAIT = timedelta(days=1)

_log = logging.getLogger(__name__)

# Builds a generation of all articles and returns its id. Raises an ExpectedError if none is
# published.
Build = Callable[[], Awaitable[str]]


class Updater:
    """Update of the sources in the folder that the settings name."""

    def __init__(
        self,
        settings: Settings,
        fetcher: Fetcher,
        build: Build,
        *,
        limits: ReadLimits = ReadLimits(),  # noqa: B008 - frozen
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Make an updater; `fetcher` is open."""
        self._settings, self._fetcher, self._build = settings, fetcher, build
        self._limits, self._now = limits, now
        self._registry = Registry(settings.sources)
        self._tried: dict[str, int] | None = None  # sizes of the archives at the last build

    async def run(self, only: str | None = None) -> UpdateOutcome:
        """Read the sources that are due, or the one with the id `only`, and build a generation if
        the index lacks something that the archives have.

        A source that fails keeps its articles. Raises SourcesError if the list or state of the
        sources cannot be used, or another update runs."""
        with self._registry.updating():
            sources = self._chosen(only)
            outcomes = await self._read_all(sources)
            generation, error = "", ""
            try:
                generation = await self._build_if_needed()
            except ExpectedError as failed:
                error = failed.user_message
            return UpdateOutcome(tuple(outcomes), generation, error)

    def is_due(self) -> bool:
        """Return whether a source is due, or the last one was removed and its articles are still
        in the index."""
        if self._registry.sources():
            return bool(self._chosen(None))
        sizes, indexed = archive_sizes(self._registry.archives), self._indexed()
        return sizes != indexed and self._tried != sizes

    def _indexed(self) -> dict[str, int]:
        return read_statuses(self._registry.folder).indexed

    def _chosen(self, only: str | None) -> list[Source]:
        if only is not None:
            return [self._registry.find(only)]
        statuses, now = read_statuses(self._registry.folder), self._now()
        sources = self._registry.sources()
        return [each for each in sources if self._is_due(each, statuses.of(each.id), now)]

    def _is_due(self, source: Source, status: SourceStatus, now: datetime) -> bool:
        """Return whether a source is due. The pause doubles with each failure, up to a day."""
        if status.tried is None or status.tried > now:  # never read, or the clock was wrong
            return True
        every = source.every or self._settings.update_every
        pause = timedelta(0) if every == "off" else parse_interval(every)
        factor: int = 2 ** min(status.failures, _MOST_DOUBLINGS)
        pause = max(pause, min(pause * factor, _LONGEST_WAIT))
        return now >= max(status.tried + pause, status.wait_until or status.tried)

    async def _read_all(self, sources: list[Source]) -> list[SourceOutcome]:
        limit = asyncio.Semaphore(_AT_ONCE)

        async def read(source: Source) -> SourceOutcome:
            async with limit:
                return await self._read(source)

        # All must end before the lock is released, so the first failure is raised only then.
        outcomes = await asyncio.gather(*map(read, sources), return_exceptions=True)
        for failure in outcomes:
            if isinstance(failure, BaseException):
                raise failure
        return [each for each in outcomes if isinstance(each, SourceOutcome)]

    async def _read(self, source: Source) -> SourceOutcome:
        tried = self._now()
        try:
            state, findings = await self._find(source, self._limits)
            return await asyncio.to_thread(self._keep, source, state, findings, tried)
        except ExpectedError as error:
            return await asyncio.to_thread(self._keep_failure, source, error, tried)

    async def check(self, source: Source) -> SourceOutcome:
        """Read a source as an update would, with few pages, and change nothing."""
        try:
            state, findings = await self._find(source, _CHECKED)
        except ExpectedError as error:
            return SourceOutcome(source.id, Result.FAILED, error=error.user_message)
        changes = self._changes(source, state, findings, self._now())
        return _outcome(source, state, findings, changes)

    async def _find(
        self, source: Source, limits: ReadLimits
    ) -> tuple[SourceState, Findings | None]:
        state = await asyncio.to_thread(self._state_of, source)
        if source.kind.is_local:
            limit = self._settings.max_article_bytes
            return state, await asyncio.to_thread(read_local, source, state, limit)
        return state, await read_remote(source, state, self._fetcher, limits, self._now())

    def _state_of(self, source: Source) -> SourceState:
        state = read_state(self._registry.folder, source.id)
        state.catch_up(self._registry.archive(source.id), on_damage=_log.warning)
        return state

    def _keep(
        self, source: Source, state: SourceState, findings: Findings | None, tried: datetime
    ) -> SourceOutcome:
        """Append the changes to the archive, then write the state. A process that is killed in
        between learns from the archive what it has."""
        with self._registry.locked():
            self._registry.find(source.id)  # it may have been removed meanwhile
            if findings:
                keep_apart(source, state, findings, self._other_states(source))
            changes = self._changes(source, state, findings, tried)
            if changes.records:
                size = append(self._registry.archive(source.id), changes.records)
                state.learn(changes.records, size)
            if findings:
                self._follow_move(source, state, findings)
                _take_over(state, findings, changes)
                write_state(self._registry.folder, source.id, state)
            status = SourceStatus(tried=tried, succeeded=tried, articles=state.held)
            self._write_status(source.id, status)
        return _outcome(source, state, findings, changes)

    def _follow_move(self, source: Source, state: SourceState, findings: Findings) -> None:
        """Note a permanent move, and follow it once two readings in a row name one address."""
        before, state.moved_to = state.moved_to, findings.moved_to
        if not findings.moved_to:
            return
        if findings.moved_to != before:
            findings.notes.append(
                f"it has moved to {findings.moved_to}; followed if the next update confirms it"
            )
            return
        try:
            self._registry.move(source.id, kept_url(findings.moved_to))
        except SourcesError as error:
            findings.notes.append(f"it has moved, but is not followed: {error.user_message}")
        else:
            state.moved_to = ""
            findings.notes.append(f"it has moved to {findings.moved_to}, its address from now on")

    def _changes(
        self, source: Source, state: SourceState, findings: Findings | None, seen: datetime
    ) -> Changes:
        if findings is None:
            return Changes()
        limit = self._settings.max_article_bytes
        return find_changes(source, findings, state, utc_text(seen), limit)

    def _other_states(self, source: Source) -> Iterator[SourceState]:
        """Yield the states of the other sources. Reading them takes milliseconds each."""
        for other in self._registry.sources():
            if other.id != source.id:
                with suppress(SourcesError):  # its own update reports the damage
                    yield read_state(self._registry.folder, other.id)

    def _keep_failure(self, source: Source, error: ExpectedError, tried: datetime) -> SourceOutcome:
        wait = error.retry_after if isinstance(error, FetchError) else None
        with self._registry.locked():
            status = read_statuses(self._registry.folder).of(source.id)
            status = status.model_copy(
                update={
                    "tried": tried,
                    "failures": status.failures + 1,
                    "error": error.user_message,
                    "wait_until": tried + min(wait, _LONGEST_WAIT) if wait else None,
                }
            )
            if source in self._registry.sources():  # it may have been removed meanwhile
                self._write_status(source.id, status)
        return SourceOutcome(
            source.id, Result.FAILED, articles=status.articles, error=error.user_message
        )

    def _write_status(self, source_id: str, status: SourceStatus) -> None:
        statuses = read_statuses(self._registry.folder)
        statuses.sources[source_id] = status
        write_statuses(self._registry.folder, statuses)

    async def _build_if_needed(self) -> str:
        """Build if an archive is not in the index as it is now. Returns the generation, or ""."""
        sizes = archive_sizes(self._registry.archives)
        if sizes == self._indexed():
            return ""
        self._tried = sizes
        generation = await self._build()
        with self._registry.locked():
            statuses = read_statuses(self._registry.folder)
            statuses.indexed = sizes
            write_statuses(self._registry.folder, statuses)
        return generation


def _take_over(state: SourceState, findings: Findings, changes: Changes) -> None:
    """Update the state with what was read. An item that is a copy stands for its original."""
    state.etag, state.last_modified = findings.etag, findings.last_modified
    state.items, state.doubtful = findings.items, findings.doubtful
    for item in state.items.values():
        item.article = changes.copies.get(item.article, item.article)
    state.pages = {changes.copies.get(id, id): page for id, page in findings.pages.items()}


def _outcome(
    source: Source, state: SourceState, findings: Findings | None, changes: Changes
) -> SourceOutcome:
    notes = list(findings.notes) if findings else []
    notes += summary_of(changes.bad, "articles left out")
    if changes.copies:
        notes.append(f"repeating another article: {len(changes.copies)}")
    return SourceOutcome(
        source.id,
        Result.CHANGED if changes.records else Result.UNCHANGED,
        changes.new,
        changes.changed,
        changes.withdrawn,
        state.held,
        tuple(notes),
    )
