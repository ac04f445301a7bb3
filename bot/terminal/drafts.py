"""Live view of an answer while a model writes it."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live

from bot.domain.callbacks import OnDraft
from bot.domain.models import Answer
from bot.terminal.answers import answer_view
from bot.terminal.layout import readable


@contextmanager
def growing(out: Console) -> Iterator[OnDraft | None]:
    """Yield the callback that shows a growing draft, and erase the draft when the block ends.

    Yields None if the output is not a terminal: a pipe gets the finished answer only."""
    if not out.is_terminal:
        yield None
        return
    live = Live(
        console=out,
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )

    async def show_draft(draft: Answer) -> None:
        live.start()  # started on the first draft: without a model there is none
        live.update(readable(answer_view(draft)), refresh=True)

    try:
        yield show_draft
    finally:
        live.stop()
