"""Progress of long work on standard error: bars on a terminal, one line per stage in a log."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars
from rich.text import Text

from bot.terminal.layout import console
from index.progress import Progress


@contextmanager
def progress_on_stderr() -> Iterator[Progress]:
    """Yield a progress listener. On a terminal it shows bars with steps per second and remaining
    time; elsewhere it prints one line per stage."""
    out = console(stderr=True)
    if not out.is_interactive:
        yield StageLines(lambda line: click.echo(line, err=True))
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
    )
    with Bars(*columns, console=out) as bars:
        stages = _StageBars(bars)
        yield stages
        stages.finish()


def stage_line(stage: str, total: int | None) -> str:
    return stage if total is None else f"{stage}: {total}"


class StageLines:
    """Progress listener that prints one line when a stage begins."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def start(self, stage: str, total: int | None) -> None:
        self._tell(stage_line(stage, total))

    def advance(self, steps: int) -> None:
        pass


class _StageBars:
    """Progress listener with one bar per stage. The start of a stage completes the previous bar."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._stage: TaskID | None = None

    def start(self, stage: str, total: int | None) -> None:
        self.finish()
        self._stage = self._bars.add_task(stage, total=total)

    def advance(self, steps: int) -> None:
        if self._stage is not None:
            self._bars.advance(self._stage, steps)

    def finish(self) -> None:
        """Complete the current bar. Its current count becomes its total."""
        if self._stage is not None:
            done = self._bars.tasks[self._stage].completed
            self._bars.update(self._stage, total=done, completed=done)


class _Rate(ProgressColumn):
    """Column with the steps per second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "")
