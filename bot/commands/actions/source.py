"""The work of `dealbot source`."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import click

from bot.commands.options import load_settings
from bot.config.settings import Settings
from bot.sources.fetching.fetcher import Fetcher
from bot.sources.outcome import Result, SourceOutcome
from bot.sources.paths import article_paths
from bot.sources.registry import Registry
from bot.sources.service import SourceService
from bot.sources.source import Source, SourcesError
from bot.sources.status import SourceStatus, read_statuses
from bot.sources.status_line import status_line
from bot.terminal.progress import progress_on_stderr
from bot.wording.visible import visible

_Done = TypeVar("_Done")
_NONE = "There are no sources. Add one with: dealbot source add URL"


def add(address: str, every: str | None, name: str, **flags: Any) -> None:
    """Add the source and print what it gave."""
    settings = load_settings(**flags)
    found = _with_service(settings, lambda sources: sources.add(address, name=name, every=every))
    click.echo(visible(f"Added {found.source.id}: {found.line}"))
    click.echo("Read its articles into the index with: dealbot source update", err=True)


def list_(as_json: bool, **flags: Any) -> None:
    """Print the sources and their states."""
    registry = Registry(load_settings(**flags).sources)
    statuses = read_statuses(registry.folder)
    listed = [(source, statuses.of(source.id)) for source in registry.sources()]
    if as_json:
        click.echo(json.dumps([_as_json(*each) for each in listed]))
        return
    for source, status in listed:
        click.echo(visible(status_line(source, status)))
    if not listed:
        click.echo(_NONE, err=True)


def remove(source_id: str, **flags: Any) -> None:
    """Remove the source and its archived articles."""
    removed = Registry(load_settings(**flags).sources).remove(source_id)
    click.echo(
        f"Removed {removed.id}. Its articles leave the index with the next "
        "dealbot source update or dealbot index build"
    )


def check(source_id: str | None, as_json: bool, **flags: Any) -> None:
    """Read the sources and print the outcomes. Raises SourcesError if all failed."""
    outcomes = _with_service(load_settings(**flags), lambda sources: sources.check(source_id))
    if as_json:
        click.echo(json.dumps([outcome.as_json() for outcome in outcomes]))
    else:
        for outcome in outcomes:
            click.echo(visible(outcome.line))
    if not outcomes:
        click.echo(_NONE, err=True)
    _fail_if_all_failed(outcomes)


def update(source_id: str | None, as_json: bool, **flags: Any) -> None:
    """Update the sources and the index, and print the outcomes.

    Raises SourcesError if all sources failed or the index was not built."""
    outcome = _with_service(load_settings(**flags), lambda sources: sources.update(source_id))
    if as_json:
        click.echo(json.dumps(outcome.as_json()))
    else:
        for line in outcome.lines:
            click.echo(visible(line))
    if outcome.build_error:
        raise SourcesError("The index was not built, see above. The next update tries again")
    _fail_if_all_failed(outcome.sources)


def _fail_if_all_failed(outcomes: tuple[SourceOutcome, ...] | list[SourceOutcome]) -> None:
    if outcomes and all(outcome.result is Result.FAILED for outcome in outcomes):
        raise SourcesError("No source could be read, see above")


def _with_service(settings: Settings, work: Callable[[SourceService], Awaitable[_Done]]) -> _Done:
    async def within() -> _Done:
        async with _open_service(settings) as sources:
            return await work(sources)

    return asyncio.run(within())


@asynccontextmanager
async def _open_service(settings: Settings) -> AsyncIterator[SourceService]:
    """Open the sources with a build in another thread, which an interrupt stops."""
    stopping = threading.Event()

    def build() -> str:
        # Imported on demand: onnxruntime and FAISS take a third of a second.
        from bot.rebuild.gated_build import build_gated
        from bot.rebuild.rebuilder import StoppableProgress

        with progress_on_stderr() as progress:
            paths = article_paths(settings, settings.open_index().recorded_sources())
            stoppable = StoppableProgress(progress, stopping)
            return build_gated(paths, settings, stoppable)[0].manifest.id

    async with Fetcher(allow_private=settings.sources_allow_private) as fetcher:
        try:
            yield SourceService(settings, fetcher, lambda: asyncio.to_thread(build))
        finally:
            stopping.set()


def _as_json(source: Source, status: SourceStatus) -> dict[str, Any]:
    return source.model_dump(mode="json") | status.model_dump(mode="json")
