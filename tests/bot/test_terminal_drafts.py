"""An answer that grows in a terminal while a model writes it."""

import io

from rich.console import Console

from bot.domain.models import Answer, Mode, Status, Writing, WrittenSentence
from bot.terminal.drafts import growing

_WRITTEN = WrittenSentence(text="The bridge \x1b[31mcloses.", citations=(1,))
_DRAFT = Answer(
    id="a",
    question="When?",
    status=Status.ANSWERED,
    mode=Mode.LLM,
    text="",
    confidence=0.9,
    generation="g1",
    elapsed_ms=1.0,
    written=(_WRITTEN,),
    writing=Writing(model="small", sentences=1, verified=1, growing=True),
)
_ERASE = "\x1b[2K"


async def test_a_draft_is_shown_and_then_gone() -> None:
    file = io.StringIO()
    out = Console(file=file, force_terminal=True, width=80)
    with growing(out) as on_draft:
        assert on_draft is not None
        await on_draft(_DRAFT)
        shown = file.getvalue()
        assert "The bridge" in shown
        assert "Being written" in shown
        assert "\x1b[31m" not in shown  # the model's control codes never reach the terminal
        assert _ERASE not in shown
    assert _ERASE in file.getvalue()


async def test_in_a_pipe_nothing_is_shown_before_the_answer() -> None:
    with growing(Console(file=io.StringIO())) as on_draft:
        assert on_draft is None
