"""Asking a question of the Discord bot's receipts again, as it was asked there."""

from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from bot.answering.pipeline import Receipt
from bot.domain.errors import QuestionError
from bot.domain.models import Answer
from bot.serving.service import AnswerService
from bot.store import Kept, Store
from bot.terminal.answers import answer_view
from bot.terminal.layout import HEADING, inert


async def read_receipt(path: Path, receipt_id: str) -> Kept:
    """From the bot's store, which may be answering meanwhile. Raises QuestionError where there is
    no such receipt, StoreError where the store cannot be read."""
    if _is_there(path):
        async with Store.open(path, exclusive=False) as store:
            kept = await store.receipts.get(receipt_id)
        if kept is not None:
            return kept
    raise QuestionError(f"There is no receipt {inert(receipt_id)} in {path}")


async def replay(service: AnswerService, kept: Kept) -> Receipt:
    """What is answered now, by the same question with the same conversation before it. Raises
    QuestionError where the question is not kept."""
    if kept.question is None:
        raise QuestionError(
            "What was asked is not kept with this answer, so it cannot be asked again: the setting "
            "keep_questions was off"
        )
    return await service.answer(kept.question.model_copy(update={"id": kept.id}))


def replayed_view(kept: Kept, now: Receipt) -> RenderableType:
    """The answer of then, and whether it is still the answer; if not, the answer of now."""
    then = f"Asked {kept.created:%Y-%m-%d %H:%M} UTC: {inert(kept.answer.question)}"
    parts: list[RenderableType] = [Text(then, HEADING), answer_view(kept.answer), Text()]
    if _same(kept.answer, now.answer):
        parts.append(Text(f"Answered the same now, by generation {now.generation.id}.", HEADING))
    else:
        parts += [Text("Answered otherwise now:", HEADING), answer_view(now.answer)]
    return Group(*parts)


def _same(then: Answer, now: Answer) -> bool:
    return (then.status, then.citations, then.short_answer) == (
        now.status,
        now.citations,
        now.short_answer,
    )


def _is_there(path: Path) -> bool:
    return path.exists()
