"""Receipts: questions with their answers, for the buttons under an answer and for replaying it."""

import base64
import logging
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    delete,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.models import Answer, OverviewKind, Question
from bot.domain.outcomes import outcome_of
from bot.store.database import Database, Row
from bot.store.recent import Recent, Typed
from bot.store.suggestions import may_be_offered, search_words, suggested
from bot.store.tables import before_receipt, cited, messages, part_of, receipts
from bot.store.timestamps import TEXT_LENGTH, to_text
from bot.store.typed_text import erase_typed, typed_fields, without_typed

_ID = re.compile(r"[a-z2-7]{12}")
# In the order of StoredReceipt's fields.
_COLUMNS = (
    receipts.c.id,
    receipts.c.created,
    receipts.c.asker,
    receipts.c.guild,
    receipts.c.channel,
    receipts.c.question,
    receipts.c.answer,
    receipts.c.private,
)
_NEWEST_FIRST = receipts.c.created.desc(), receipts.c.rowid.desc()
_OVERVIEWS = 20  # receipts of one statement that looks for an overview
_log = logging.getLogger(__name__)


def new_id() -> str:
    """Create an id of 12 base32 characters (60 random bits): hard to guess, easy to type."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()[:12]


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """Question with its answer. `asker` is the hash of the asker's id. `guild` is None outside
    servers, where `channel` is a hash, too. `private` means that only the asker sees the answer.
    `question` is None if the typed text is neither stored nor from the last half hour; then the
    answer lacks it, too."""

    id: str
    created: datetime
    asker: str
    guild: int | None
    channel: int
    question: Question | None
    answer: Answer
    private: bool


class Receipts:
    """Table of receipts. Typed text is stored only with `keep_questions`."""

    def __init__(self, database: Database, *, keep_questions: bool) -> None:
        self._database = database
        self._keep_questions = keep_questions
        self._typed = Recent[Typed]()

    async def add(self, kept: StoredReceipt) -> None:
        question, answer = kept.question, kept.answer
        stored = answer.model_dump_json() if self._keep_questions else without_typed(answer)
        if question is not None and not self._keep_questions:
            self._typed.add(kept.id, Typed(question, typed_fields(answer)))
            question = None
        offered = question and _is_open(kept) and may_be_offered(question, answer)
        adding = insert(receipts).values(
            id=kept.id,
            created=to_text(kept.created),
            asker=kept.asker,
            guild=kept.guild,
            channel=kept.channel,
            private=kept.private,
            asked=question.question if question and offered else None,
            offered=search_words(question.question) if question and offered else None,
            question=question.model_dump_json() if question else None,
            answer=stored,
            outcome=outcome_of(answer),
        )
        articles = {each.article_id for each in answer.evidence} if _is_open(kept) else set()
        citing = [{"article": article, "receipt": kept.id} for article in sorted(articles)]

        async def add(connection: AsyncConnection) -> None:
            await connection.execute(adding)
            if citing:
                await connection.execute(insert(cited), citing)

        await self._database.transact(add)

    async def get(self, receipt_id: str) -> StoredReceipt | None:
        """Find a receipt by its id, as a person types it. Return None if there is none, or none
        that this version can read."""
        receipt_id = receipt_id.strip().lower()
        if not _ID.fullmatch(receipt_id):
            return None
        return await self._first(select(*_COLUMNS).where(receipts.c.id == receipt_id))

    async def of_message(self, message_id: int) -> StoredReceipt | None:
        """Find the receipt of the answer in this message; None if there is none."""
        return await self._first(
            select(*_COLUMNS)
            .join(messages, messages.c.receipt == receipts.c.id)
            .where(messages.c.message == message_id)
        )

    async def recent(
        self, channel: int, since: datetime, limit: int, *, asker: str | None = None
    ) -> list[StoredReceipt]:
        """Return the last receipts of a channel, oldest first; only those of `asker` if given.
        Private receipts are included only in direct conversations: elsewhere they would influence
        public answers."""
        found = (
            select(*_COLUMNS)
            .where(receipts.c.channel == channel, receipts.c.created >= to_text(since))
            .where(or_(receipts.c.guild.is_(None), ~receipts.c.private))
            .order_by(*_NEWEST_FIRST)
            .limit(limit)
        )
        if asker is not None:
            found = found.where(receipts.c.asker == asker)
        rows = await self._database.run(found)
        return [kept for row in reversed(rows) if (kept := self._read(row)) is not None]

    async def last_overview(
        self, asker: str, guild: int | None, kind: OverviewKind
    ) -> StoredReceipt | None:
        """Return a person's last overview of a kind in a server, or in direct messages, that was
        not limited to a topic or to an earlier day. Return None if none is stored."""
        found = (
            select(receipts.c.rowid, *_COLUMNS)
            .where(receipts.c.asker == asker, receipts.c.guild.is_not_distinct_from(guild))
            .where(receipts.c.outcome.is_(None))
            .order_by(*_NEWEST_FIRST)
            .limit(_OVERVIEWS)
        )
        part = found
        while rows := await self._database.run(part):
            for _, *row in rows:
                kept = self._read(row)
                if kept is not None and _is_overview(kept.answer, kind):
                    return kept
            part = found.where(before_receipt(rows[-1][2], rows[-1][0]))
        return None

    async def forget(self, receipt_id: str) -> None:
        """Delete a receipt with its votes; do nothing if it is not stored."""
        self._typed.forget(receipt_id)
        await self._database.run(delete(receipts).where(receipts.c.id == receipt_id))

    async def of_asker(self, asker: str) -> list[StoredReceipt]:
        """Return all receipts of a person, oldest first; `asker` is the hash of their id."""
        rows = await self._database.run(
            select(*_COLUMNS)
            .where(receipts.c.asker == asker)
            .order_by(receipts.c.created, receipts.c.rowid)
        )
        return [kept for row in rows if (kept := self._read(row)) is not None]

    async def forget_asker(self, asker: str) -> int:
        """Delete all receipts of a person, with their votes; return how many receipts."""
        theirs = receipts.c.asker == asker
        forgotten = await self._delete_in_parts(theirs)
        # The parts leave out rows that another process holds; this statement waits for them.
        rest = delete(receipts).where(theirs).returning(receipts.c.id)
        forgotten += await self._database.run(rest)
        for (receipt_id,) in forgotten:
            self._typed.forget(receipt_id)
        return len(forgotten)

    async def link_message(self, message_id: int, receipt_id: str) -> None:
        """Record that this message shows the answer. A paged answer has several messages. Do
        nothing if the receipt is no longer stored."""
        kept = select(literal(message_id, messages.c.message.type), receipts.c.id)
        kept = kept.where(receipts.c.id == receipt_id).with_for_update(read=True, key_share=True)
        linking = self._database.insert(messages).from_select(["message", "receipt"], kept)
        await self._database.run(
            linking.on_conflict_do_update(
                index_elements=[messages.c.message], set_={"receipt": linking.excluded.receipt}
            )
        )

    async def answered_questions(
        self,
        guild: int,
        text: str,
        limit: int,
        *,
        longest: int = 100,
        channels: Iterable[int] | None = None,
    ) -> list[str]:
        """Return questions to suggest to a user who has typed `text`, the likeliest first. Each was
        answered with evidence and in public, in this server (and in `channels`, if given). Each
        contains the text from the start of a word on, and has at most `longest` characters, the
        limit of a suggestion."""
        wanted = search_words(text)
        if text.strip() and not wanted:
            return []
        offered = suggested(guild, wanted, longest).limit(limit)
        if channels is not None:
            offered = offered.where(receipts.c.channel.in_(list(channels)))
        return [latest[TEXT_LENGTH:] for (latest,) in await self._database.run(offered)]

    async def prune(self, older_than: datetime) -> int:
        """Delete older receipts, with their votes; return how many receipts."""
        return len(await self._delete_in_parts(receipts.c.created < to_text(older_than)))

    async def forget_questions(self) -> int:
        """Erase typed text from the stored receipts, unless `keep_questions`; return how many
        receipts changed. An answer that cannot be parsed is erased, too, because it may contain the
        text."""
        if self._keep_questions:
            return 0
        return await erase_typed(self._database)

    async def _delete_in_parts(self, condition: ColumnElement[bool]) -> list[Row]:
        """Delete receipts; return the id of each."""
        part = delete(receipts).where(part_of(receipts.c.rowid, condition))
        return await self._database.run_in_parts(part.returning(receipts.c.id))

    async def _first(self, found: Select[*tuple[Any, ...]]) -> StoredReceipt | None:
        rows = await self._database.run(found)
        return self._read(rows[0]) if rows else None

    def _read(self, row: Row) -> StoredReceipt | None:
        receipt_id, created, asker, guild, channel, question, answer, private = row
        typed = self._typed.get(receipt_id) if question is None else None
        try:
            kept = StoredReceipt(
                id=receipt_id,
                created=datetime.fromisoformat(created),
                asker=asker,
                guild=guild,
                channel=channel,
                question=Question.model_validate_json(question) if question is not None else None,
                answer=Answer.model_validate_json(answer),
                private=bool(private),
            )
        except ValueError as error:  # pydantic raises ValueErrors
            _log.warning("receipt %s cannot be read: %s", receipt_id, type(error).__name__)
            return None
        return _with_words(kept, typed) if typed else kept


def _is_overview(answer: Answer, kind: OverviewKind) -> bool:
    return answer.overview is kind and not answer.of_topic and not answer.as_of


def _is_open(kept: StoredReceipt) -> bool:
    return kept.guild is not None and not kept.private


def _with_words(kept: StoredReceipt, typed: Typed) -> StoredReceipt:
    answer = kept.answer.model_copy(update=typed.fields)
    return replace(kept, question=typed.question, answer=answer)
