"""A rebuild as the terminal shows it: a line a stage, its state beside the prompt, and its end."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

from bot.config.settings import Settings
from bot.rebuild.rebuilder import Rebuilder, RebuildStoppedError
from bot.terminal.failures import in_words
from bot.terminal.progress import stage_line
from bot.wording.measures import counted
from index.errors import BuildError
from index.generations.live import LiveIndex


class Rebuild:
    """At most one rebuild at a time. Use as an async context manager: leaving it stops the one
    that runs, and nothing is published. `tell` gets one line at a time, from any thread;
    `moved` is called from any thread when `state` has changed."""

    def __init__(
        self,
        live: LiveIndex,
        settings: Settings,
        tell: Callable[[str], None],
        moved: Callable[[], None],
    ) -> None:
        self._rebuilder = Rebuilder(live, settings)
        self._tell, self._moved = tell, moved
        self._task: asyncio.Task[None] | None = None
        self._stage, self._done = "", 0
        self._total: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await self._rebuilder.__aexit__(kind, error, tb)
        await self.finished()

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    @property
    def state(self) -> str:
        """The stage and how far it is; empty where no rebuild runs."""
        if not self.running:
            return ""
        return f"{self._stage} {self._done}" + (f"/{self._total}" if self._total else "")

    def begin(self) -> None:
        """Raises BuildError, in words, while another one runs."""
        if self.running:
            raise BuildError("A rebuild is already running: its end will be told here")
        self._task = asyncio.create_task(self._rebuild(), name="rebuild")

    async def finished(self) -> None:
        """Returns when no rebuild runs."""
        if self._task:
            await self._task

    async def _rebuild(self) -> None:
        try:
            report = (await self._rebuilder.rebuild(self)).report
        except RebuildStoppedError:
            self._tell("Rebuild stopped; nothing was published.")
        except Exception as error:  # the surface is one of the two places that catch broadly
            self._tell(f"Rebuild failed: {in_words(error)}")
        else:
            manifest = report.manifest
            self._tell(
                f"Rebuilt: generation {manifest.id} answers now, with "
                f"{counted(manifest.articles, 'article')} and "
                f"{counted(manifest.sentences, 'sentence')} ({report.reused:,} unchanged)."
            )
        self._moved()

    def start(self, stage: str, total: int | None) -> None:
        """Of index.building.build.Progress, like `advance`."""
        self._stage, self._total, self._done = stage, total, 0
        self._tell(f"Rebuilding: {stage_line(stage, total)}")

    def advance(self, steps: int) -> None:
        self._done += steps
        self._moved()
