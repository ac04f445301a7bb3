"""Replies: which message of the bot answers which message of a person."""

from dataclasses import dataclass

from sqlalchemy import delete, select, update

from bot.store.database import Database
from bot.store.tables import messages, notes


@dataclass(frozen=True, slots=True)
class Reply:
    """Message that answers a question, and the id of the receipt that it shows."""

    message: int
    receipt: str


class Replies:
    """Links between messages. A link lasts as long as the receipt of its answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def link(self, message: int, question: int) -> None:
        """Record that a message, which shows an answer, answers the message `question`."""
        await self._database.run(
            update(messages).where(messages.c.message == message).values(asked_by=question)
        )

    async def renew(self, message: int) -> None:
        """Forget the note on a message, which shows another answer now."""
        await self._database.run(delete(notes).where(notes.c.message == message))

    async def of_question(self, question: int) -> list[Reply]:
        """Return the messages that answer a message; most messages have none."""
        rows = await self._database.run(
            select(messages.c.message, messages.c.receipt).where(messages.c.asked_by == question)
        )
        return [Reply(message, receipt) for message, receipt in rows]
