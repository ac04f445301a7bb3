"""The conversation before a question, from receipts."""

from collections.abc import Iterable

from bot.domain.models import Status, Turn
from bot.requests.handler import HISTORY_TURNS
from bot.store.receipts import StoredReceipt
from bot.wording.answers import answer_text


def turns_of(receipts: Iterable[StoredReceipt]) -> tuple[Turn, ...]:
    """Return the receipts as turns of a conversation, without those whose question is unknown."""
    return tuple(
        Turn(question=kept.question.question, answer=_said(kept))
        for kept in receipts
        if kept.question is not None
    )


def turns_until(kept: StoredReceipt) -> tuple[Turn, ...]:
    """Return the conversation up to and including a receipt: the history of a reply to it.

    Empty if the store does not have the question of the receipt."""
    before = kept.question.history if kept.question else ()
    return (*before, *turns_of([kept]))[-HISTORY_TURNS:]


def _said(kept: StoredReceipt) -> str:
    return answer_text(kept.answer) if kept.answer.status is Status.ANSWERED else ""
