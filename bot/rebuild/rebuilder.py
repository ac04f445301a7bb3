"""Rebuild of the index in the background, while the old generation keeps answering."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from bot.config.settings import Settings
from bot.monitoring.degradations import Degradations, Part
from bot.monitoring.observer import Observer
from bot.rebuild.courtesy import NICE, IsBusy, YieldingProgress
from bot.rebuild.gated_build import build_gated
from bot.rebuild.golden import GoldenReport
from bot.rebuild.publication_events import Publication, PublicationEvents
from bot.sources.paths import article_paths
from bot.wording.errors import error_line
from index.articles.reading_memory import ReadingMemory
from index.building.build import BuildReport
from index.encoder.encoder import open_by_id
from index.errors import BuildError, ExpectedError
from index.generations.differences import Differences, find_differences
from index.generations.live import LiveIndex
from index.generations.manifest import Manifest
from index.generations.reader import Generation
from index.machine import give_way
from index.progress import Progress

_Done = TypeVar("_Done")


class RebuildStoppedError(BuildError):
    """The rebuild was stopped: its caller gave up, or the program ends."""


class RebuildRunningError(BuildError):
    """A rebuild or rollback is running already: there is one at a time."""


@dataclass(frozen=True, slots=True)
class RebuildOutcome:
    """Published generation, and its differences from the one that answered before."""

    report: BuildReport
    differences: Differences
    golden: GoldenReport


class Rebuilder:
    """Runner of at most one rebuild or rollback at a time.

    Use it as an async context manager: leaving it stops a running rebuild, and nothing is
    published. The listeners of `on_published` run after each new generation."""

    def __init__(
        self,
        live: LiveIndex,
        settings: Settings,
        degraded: Degradations | None = None,
        observer: Observer | None = None,
        is_busy: IsBusy = lambda: False,
    ) -> None:
        """Make the runner. A rebuild waits, within bounds, while `is_busy` says that questions are
        being computed."""
        self._is_busy, self._memory = is_busy, ReadingMemory()
        self._live, self._settings, self._index = live, settings, settings.open_index()
        self._degraded = degraded or Degradations()
        self._observer = observer or Observer()
        self.on_published = PublicationEvents()
        self._thread = ThreadPoolExecutor(1, "rebuild", initializer=give_way, initargs=(NICE,))
        self._work: asyncio.Future[Any] | None = None
        self._stopping = threading.Event()
        self._left = False

    async def __aenter__(self) -> Self:
        return self

    def stop(self) -> None:
        """Stop a running rebuild, and start no other. Nothing is published."""
        self._left = True
        self._stopping.set()

    async def __aexit__(self, *_: object) -> None:
        self.stop()
        if self._work:
            await asyncio.wait([self._work])
        self._thread.shutdown(wait=False)
        await self.on_published.close()

    @property
    def running(self) -> bool:
        return self._work is not None and not self._work.done()

    async def rebuild(self, listener: Progress) -> RebuildOutcome:
        """Build a generation, compare it, ask it the golden questions, publish it and let it
        answer.

        `listener` is called from another thread, and may raise to stop the rebuild. Cancelling the
        call stops it too. If anything is raised, the old generation keeps answering."""
        with self._telling(), self._announcing():
            return await self._alone(
                lambda stopping: self._rebuild(StoppableProgress(listener, stopping))
            )

    async def rollback(self) -> str:
        """Let the generation before the current one answer again; return its id."""
        with self._announcing():
            return await self._alone(lambda _: self._roll_back())

    async def follow(self) -> None:
        """Let the generation answer that CURRENT names, if another process has published it.

        Raises RebuildRunningError while a rebuild runs, and an ExpectedError if the generation
        cannot be opened; the old one then keeps answering."""
        with self._announcing():
            await self._alone(lambda _: self._follow())

    @contextmanager
    def _announcing(self) -> Iterator[None]:
        """Announce the generation that answers after the block, if it is another one. A cancelled
        call may have published it."""
        before = self._live.current
        try:
            yield
        finally:
            if (after := self._live.current) is not before:
                self.on_published.announce(Publication(before, after))

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Report the outcome of the block to the observer, and a failure as a degradation.

        A stopped rebuild says nothing about the next one and is not a degradation. A bug is
        described only in the log."""
        try:
            yield
        except (RebuildStoppedError, RebuildRunningError) as error:
            self._observer.rebuilt(error)
            raise
        except Exception as error:
            self._observer.rebuilt(error)
            told = (
                error_line(error)
                if isinstance(error, ExpectedError)
                else "because of a bug; see the log"
            )
            self._degraded.set(Part.REBUILD, f"The last rebuild failed: {told}")
            raise
        self._observer.rebuilt(None)
        self._degraded.clear(Part.REBUILD)

    async def _alone(self, work: Callable[[threading.Event], _Done]) -> _Done:
        """Run the work on a thread. Raises RebuildRunningError if other work is running.

        The work outlives the call only if that is cancelled twice; then leaving the Rebuilder waits
        for it."""
        if self.running:
            raise RebuildRunningError("A rebuild is already running: try again when it has ended")
        if self._left:
            raise RebuildStoppedError("The program is shutting down: nothing was published")
        stopping = self._stopping = threading.Event()
        future = asyncio.get_running_loop().run_in_executor(self._thread, work, stopping)
        # Retrieve the exception: after a cancelled call asyncio would log that it never was.
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._work = future
        try:
            await asyncio.wait([future])
        except asyncio.CancelledError:
            stopping.set()
            await asyncio.wait([future])
            raise
        return future.result()

    def _rebuild(self, progress: Progress) -> RebuildOutcome:
        differences: list[Differences] = []

        def accept(fresh: Generation) -> None:
            # Compare with the live generation: another process may have moved CURRENT.
            answering = self._live.current.generation
            differences.append(find_differences(answering.texts, fresh.texts))

        recorded = [Path(path) for path in self._live.current.generation.manifest.sources]
        paths = article_paths(self._settings, recorded)
        report, golden = build_gated(
            paths,
            self._settings,
            YieldingProgress(progress, self._is_busy),
            accept,
            loaded=self._live.current.encoder,
            memory=self._memory,
        )
        self._take_over(report.manifest)
        return RebuildOutcome(report, differences[0], golden)

    def _follow(self) -> None:
        if self._index.current_id() != self._live.current.generation.id:
            self._live.reload()
            self._degraded.clear(Part.INDEX)

    def _roll_back(self) -> str:
        manifest = self._index.roll_back(accept=self._check_encoder)
        self._take_over(manifest)
        return manifest.id

    def _take_over(self, published: Manifest) -> None:
        """Let the published generation answer.

        If it cannot be opened, point CURRENT back to the live generation, which a restart could not
        find otherwise, and raise BuildError."""
        try:
            with ExitStack() as undo:
                undo.callback(self._point_back, published.id)
                self._live.reload()
                undo.pop_all()
            self._degraded.clear(Part.INDEX)
        except ExpectedError as error:
            raise BuildError(
                f"The new generation could not be opened, so the previous one stays in use: "
                f"{error.user_message}"
            ) from error

    def _point_back(self, published: str) -> None:
        with suppress(ExpectedError, OSError):
            self._index.point_back(published, self._live.current.generation.id)

    def _check_encoder(self, manifest: Manifest) -> None:
        """Raise EncoderError if the encoder of the generation cannot be opened."""
        if manifest.encoder_id != self._live.current.encoder.id:
            open_by_id(self._settings.encoders, manifest.encoder_id)


class StoppableProgress:
    """Progress listener that passes calls on, and raises RebuildStoppedError once it must stop."""

    def __init__(self, listener: Progress, stopping: threading.Event) -> None:
        self._listener, self._stopping = listener, stopping

    def start(self, stage: str, total: int | None) -> None:
        self._listener.start(stage, total)
        self._check()

    def advance(self, steps: int) -> None:
        self._listener.advance(steps)
        self._check()

    def _check(self) -> None:
        # Check after the call, so that "Publishing" is shown and can still be stopped.
        if self._stopping.is_set():
            raise RebuildStoppedError("The rebuild was stopped: nothing was published")
