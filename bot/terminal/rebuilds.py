"""Rebuild of the index from the REPL: its stages, its state beside the prompt, its outcome."""

import asyncio
from collections.abc import Callable
from typing import Self

from bot.config.settings import Settings
from bot.rebuild.rebuilder import Rebuilder, RebuildStoppedError
from bot.terminal.failures import error_text
from bot.terminal.progress import stage_line
from bot.wording.measures import counted
from index.errors import BuildError
from index.generations.live import LiveIndex


class Rebuild:
    """Background rebuild of the index; at most one runs at a time.

    Use it as an async context manager: leaving it stops a running rebuild, and nothing is
    published. `tell` gets one line at a time; `moved` is called when `state` changes. Both are
    called from any thread."""

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

    async def __aexit__(self, *_: object) -> None:
        await self._rebuilder.__aexit__()
        await self.finished()

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    @property
    def state(self) -> str:
        """The stage and its progress; empty if no rebuild runs."""
        if not self.running:
            return ""
        return f"{self._stage} {self._done}" + (f"/{self._total}" if self._total else "")

    def begin(self) -> None:
        """Start a rebuild in the background. Raises BuildError if one is running."""
        if self.running:
            raise BuildError("A rebuild is already running: its result will be shown here")
        self._task = asyncio.create_task(self._rebuild(), name="rebuild")

    async def finished(self) -> None:
        """Wait until no rebuild runs."""
        if self._task:
            await self._task

    async def _rebuild(self) -> None:
        try:
            report = (await self._rebuilder.rebuild(self)).report
        except RebuildStoppedError:
            self._tell("Rebuild stopped; nothing was published.")
        except Exception as error:  # only surfaces and batches catch every exception
            self._tell(f"Rebuild failed: {error_text(error)}")
        else:
            manifest = report.manifest
            self._tell(
                f"Rebuilt: generation {manifest.id} answers now, with "
                f"{counted(manifest.articles, 'article')} and "
                f"{counted(manifest.sentences, 'sentence')} ({report.reused:,} unchanged)."
            )
        self._moved()

    def start(self, stage: str, total: int | None) -> None:
        """Begin a stage; `start` and `advance` implement index.progress.Progress."""
        self._stage, self._total, self._done = stage, total, 0
        self._tell(f"Rebuilding: {stage_line(stage, total)}")

    def advance(self, steps: int) -> None:
        self._done += steps
        self._moved()
