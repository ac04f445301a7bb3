"""Replay of a question from the Discord bot's receipts."""

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from bot.answering.receipt import Receipt
from bot.domain.errors import QuestionError
from bot.domain.models import Answer
from bot.serving.service import AnswerService
from bot.terminal.answers import full_view
from bot.terminal.layout import HEADING, inert

if TYPE_CHECKING:
    from bot.store import StoredReceipt, StorePlace


async def read_receipt(place: "StorePlace", receipt_id: str) -> "StoredReceipt":
    """Read a receipt from the bot's store, which the bot may be using.

    Raises QuestionError if the receipt is not there, StoreError if the store cannot be read."""
    from bot.store import Store, StoreMissingError  # imported on demand: it takes a quarter second

    missing = f"There is no receipt {inert(receipt_id)}"
    try:
        async with Store.open(place, exclusive=False, create=False) as store:
            kept = await store.receipts.get(receipt_id)
    except StoreMissingError as error:
        raise QuestionError(f"{missing}. {error.user_message}") from error
    if kept is None:
        raise QuestionError(f"{missing} in {store.name}")
    return kept


async def replay(service: AnswerService, kept: "StoredReceipt") -> Receipt:
    """Answer the receipt's question again, with the same history.

    Raises QuestionError if the question was not kept."""
    if kept.question is None:
        raise QuestionError(
            "The question of this answer was not stored, so it cannot be asked again: the setting "
            "keep_questions was off"
        )
    return await service.answer(kept.question.model_copy(update={"id": kept.id}))


def replayed_view(kept: "StoredReceipt", now: Receipt) -> RenderableType:
    """Render the old answer, and the new one if it differs."""
    then = f"Asked {kept.created:%Y-%m-%d %H:%M} UTC: {inert(kept.answer.question)}"
    parts: list[RenderableType] = [Text(then, HEADING), full_view(kept.answer), Text()]
    if _same(kept.answer, now.answer):
        parts.append(
            Text(f"The answer is the same now, with generation {now.generation.id}.", HEADING)
        )
    else:
        parts += [Text("The answer is different now:", HEADING), full_view(now.answer)]
    return Group(*parts)


def _same(then: Answer, now: Answer) -> bool:
    return (then.status, then.citations, then.short_answer) == (
        now.status,
        now.citations,
        now.short_answer,
    )
