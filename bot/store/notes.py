"""Notes on answers whose evidence changed later, and the sentences that recent answers cite."""

import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from pydantic import BaseModel, ConfigDict
from sqlalchemy import bindparam, delete, exists, literal, select, update

from bot.domain.fates import FateKind
from bot.domain.models import Citation, Place
from bot.store.database import Database, Row
from bot.store.json_text import evidence_in, json_object
from bot.store.tables import cited, messages, notes, receipts
from bot.store.timestamps import to_text

_AT_ONCE = 100  # rows of one statement
_log = logging.getLogger(__name__)


class Note(BaseModel):
    """Fate of a cited sentence. `since` is the ISO time from which it no longer holds, ""
    if unknown; `now` is the sentence in its place, at `place`. `others` are the numbers of further
    citations of the answer that no longer hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FateKind
    cited: Citation
    since: str = ""
    now: str = ""
    place: Place | None = None
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CitingMessage:
    """Message with an answer that cites a sentence."""

    message: int
    cited: Citation


@dataclass(frozen=True, slots=True)
class PendingNote:
    """Note that the message does not show yet."""

    message: int
    guild: int
    channel: int
    note: Note


class Notes:
    """Table of notes. A message gets one at most."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def articles(self, since: datetime) -> list[str]:
        """Return the ids of the articles that public answers in servers cite since then."""
        rows = await self._database.run(
            select(cited.c.article)
            .distinct()
            .join(receipts, receipts.c.id == cited.c.receipt)
            .where(receipts.c.created >= to_text(since))
        )
        return [article for (article,) in rows]

    async def citing(self, article: str, since: datetime) -> AsyncIterator[list[CitingMessage]]:
        """Yield the messages since then that cite the article and have no note yet, some at a time,
        because there may be thousands."""
        after = 0
        noted = exists().where(notes.c.message == messages.c.message)
        citing = (
            select(messages.c.message, receipts.c.answer)
            .join(receipts, receipts.c.id == messages.c.receipt)
            .join(cited, cited.c.receipt == receipts.c.id)
            .where(cited.c.article == article, receipts.c.created >= to_text(since), ~noted)
            .order_by(messages.c.message)
            .limit(_AT_ONCE)
        )
        while rows := await self._database.run(citing.where(messages.c.message > after)):
            yield [each for row in rows for each in _citing(row, article)]
            after = rows[-1][0]

    async def add(self, added: Iterable[tuple[int, Note]]) -> None:
        """Give messages a note, except those that have one or are deleted."""
        shown_later = select(
            messages.c.message, bindparam("text", type_=notes.c.note.type), literal(False)
        ).where(messages.c.message == bindparam("of"))
        adding = (
            self._database.insert(notes)
            .from_select(
                ["message", "note", "shown"],
                shown_later.with_for_update(read=True, key_share=True),
            )
            .on_conflict_do_nothing()
        )
        left = iter(added)
        while part := list(islice(left, _AT_ONCE)):
            rows = [{"of": message, "text": note.model_dump_json()} for message, note in part]
            await self._database.run_many(adding, rows)

    async def pending(self, limit: int) -> list[PendingNote]:
        """Return the notes that are not shown yet, those on the newest answers first."""
        rows = await self._database.run(
            select(notes.c.message, receipts.c.guild, receipts.c.channel, notes.c.note)
            .join(messages, messages.c.message == notes.c.message)
            .join(receipts, receipts.c.id == messages.c.receipt)
            .where(~notes.c.shown)
            .order_by(receipts.c.created.desc())
            .limit(limit)
        )
        return [note for row in rows if (note := _read(row)) is not None]

    async def done(self, message: int) -> None:
        """Record that a message shows its note, or never will."""
        await self._database.run(update(notes).where(notes.c.message == message).values(shown=True))

    async def forget(self, message: int) -> None:
        """Forget a message that no longer exists."""
        await self._database.run(delete(messages).where(messages.c.message == message))


def _citing(row: Row, article: str) -> Iterator[CitingMessage]:
    """Yield the evidence of an answer from this article, unless it is about an earlier time."""
    message, text = row
    answer = json_object(text)
    if answer is None or answer.get("as_of") is not None:
        return
    for citation in evidence_in(answer):
        if citation.get("article_id") != article:
            continue
        try:
            yield CitingMessage(message, Citation.model_validate(citation))
        except ValueError as error:
            _log.warning(
                "a citation of message %d is unreadable: %s", message, type(error).__name__
            )


def _read(row: Row) -> PendingNote | None:
    message, guild, channel, note = row
    try:
        return PendingNote(message, guild, channel, Note.model_validate_json(note))
    except ValueError as error:
        _log.warning("the note on message %d cannot be read: %s", message, type(error).__name__)
        return None
