"""An answer that a model is writing, shown in a terminal as it grows, and then gone again."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live

from bot.domain.models import Answer
from bot.serving.service import OnDraft
from bot.terminal.answers import answer_view


@contextmanager
def growing(out: Console) -> Iterator[OnDraft | None]:
    """What shows it while the block runs. In a pipe the answer comes once, when it is whole."""
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
        live.start()  # only now: without a model nothing grows
        live.update(answer_view(draft), refresh=True)

    try:
        yield show_draft
    finally:
        live.stop()
