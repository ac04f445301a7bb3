"""Receipts: questions with their answers, for the buttons under an answer and for replaying it."""

import base64
import json
import logging
import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.models import Answer, OverviewKind, Question, Status
from bot.domain.outcomes import outcome_of
from bot.store.database import Database, Row
from bot.store.recent import Recent, Typed
from bot.store.timestamps import to_text

_ID = re.compile(r"[a-z2-7]{12}")
# In the order of StoredReceipt's fields.
_COLUMNS = "receipts.id, created, asker, guild, channel, question, answer, private"
# Questions that begin with the text come first, then those with most askers, then the latest.
# SQLite takes the other columns from the row that has the maximum.
_OFFERED = """
SELECT asked, max(created) FROM receipts
WHERE guild = ?1 AND offered IS NOT NULL AND instr(offered, ?2) > 0 AND length(asked) <= ?3
    AND (?4 IS NULL OR channel IN (SELECT value FROM json_each(?4)))
GROUP BY offered
ORDER BY instr(offered, ?2) = 1 DESC, count(DISTINCT asker) DESC, max(created) DESC
LIMIT ?5
"""
_NOT_TYPED = {"question": "", "understood_as": ""}  # fields of an answer, erased
_FORGET_QUESTIONS = """
UPDATE receipts SET asked = NULL, offered = NULL, question = NULL, answer = CASE
    WHEN json_valid(answer) THEN json_set(answer, '$.question', '', '$.understood_as', '')
    ELSE '' END
WHERE rowid IN (SELECT rowid FROM receipts WHERE question IS NOT NULL LIMIT ?) RETURNING 1
"""

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
    """Table of receipts. Typed text reaches the file only with `keep_questions`."""

    def __init__(self, database: Database, *, keep_questions: bool) -> None:
        self._database = database
        self._keep_questions = keep_questions
        self._typed = Recent[Typed]()

    async def add(self, kept: StoredReceipt) -> None:
        question, answer = kept.question, kept.answer
        if question is not None and not self._keep_questions:
            self._typed.add(kept.id, Typed(question, answer.understood_as))
            question, answer = None, answer.model_copy(update=_NOT_TYPED)
        offered = question is not None and _may_be_offered(question, kept)
        await self._database.run(
            "INSERT INTO receipts (id, created, asker, guild, channel, private, asked, offered,"
            " question, answer, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            kept.id,
            to_text(kept.created),
            kept.asker,
            kept.guild,
            kept.channel,
            kept.private,
            question.question if question and offered else None,
            _words(question.question) if question and offered else None,
            question.model_dump_json() if question else None,
            answer.model_dump_json(),
            outcome_of(answer),
        )

    async def get(self, receipt_id: str) -> StoredReceipt | None:
        """Find a receipt by its id, as a person types it. Return None if there is none, or none
        that this version can read."""
        receipt_id = receipt_id.strip().lower()
        if not _ID.fullmatch(receipt_id):
            return None
        return self._first(
            await self._database.run(f"SELECT {_COLUMNS} FROM receipts WHERE id = ?", receipt_id)
        )

    async def of_message(self, message_id: int) -> StoredReceipt | None:
        """Find the receipt of the answer in this message; None if there is none."""
        return self._first(
            await self._database.run(
                f"SELECT {_COLUMNS} FROM receipts JOIN messages ON receipt = receipts.id"
                " WHERE message = ?",
                message_id,
            )
        )

    async def recent(
        self, channel: int, since: datetime, limit: int, *, asker: str | None = None
    ) -> list[StoredReceipt]:
        """Return the last receipts of a channel, oldest first; only those of `asker` if given.
        Private receipts are included only in direct conversations: elsewhere they would influence
        public answers."""
        rows = await self._database.run(
            f"SELECT {_COLUMNS} FROM receipts WHERE channel = ?1 AND created >= ?2"
            " AND (?3 IS NULL OR asker = ?3) AND (guild IS NULL OR NOT private)"
            " ORDER BY created DESC, rowid DESC LIMIT ?4",
            channel,
            to_text(since),
            asker,
            limit,
        )
        return [kept for row in reversed(rows) if (kept := self._read(row)) is not None]

    async def last_overview(
        self, asker: str, guild: int | None, kind: OverviewKind
    ) -> StoredReceipt | None:
        """Return a person's last overview of a kind in a server, or in direct messages, that was
        not limited to a topic or to an earlier day. Return None if none is stored."""
        return self._first(
            await self._database.run(
                f"SELECT {_COLUMNS} FROM receipts WHERE asker = ? AND guild IS ?"
                " AND CASE WHEN json_valid(answer) THEN json_extract(answer, '$.overview') = ?"
                " AND json_extract(answer, '$.of_topic') IS NULL"
                " AND json_extract(answer, '$.as_of') IS NULL END"
                " ORDER BY created DESC, rowid DESC LIMIT 1",
                asker,
                guild,
                str(kind),
            )
        )

    async def forget(self, receipt_id: str) -> None:
        """Delete a receipt with its votes; do nothing if it is not stored."""
        self._typed.forget(receipt_id)
        await self._database.run("DELETE FROM receipts WHERE id = ?", receipt_id)

    async def of_asker(self, asker: str) -> list[StoredReceipt]:
        """Return all receipts of a person, oldest first; `asker` is the hash of their id."""
        rows = await self._database.run(
            f"SELECT {_COLUMNS} FROM receipts WHERE asker = ? ORDER BY created, rowid", asker
        )
        return [kept for row in rows if (kept := self._read(row)) is not None]

    async def forget_asker(self, asker: str) -> int:
        """Delete all receipts of a person, with their votes; return how many receipts."""
        forgotten = await self._database.run_in_parts(
            "DELETE FROM receipts WHERE rowid IN"
            " (SELECT rowid FROM receipts WHERE asker = ? LIMIT ?) RETURNING id",
            asker,
        )
        for (receipt_id,) in forgotten:
            self._typed.forget(receipt_id)
        return len(forgotten)

    async def link_message(self, message_id: int, receipt_id: str) -> None:
        """Record that this message shows the answer. A paged answer has several messages. Do
        nothing if the receipt is no longer stored."""
        await self._database.run(
            "INSERT INTO messages (message, receipt) SELECT ?, id FROM receipts WHERE id = ?"
            " ON CONFLICT (message) DO UPDATE SET receipt = excluded.receipt",
            message_id,
            receipt_id,
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
        wanted = _words(text)
        if text.strip() and not wanted:
            return []
        rows = await self._database.run(
            _OFFERED,
            guild,
            wanted,
            longest,
            None if channels is None else json.dumps(list(channels)),
            limit,
        )
        return [asked for asked, _ in rows]

    async def prune(self, older_than: datetime) -> int:
        """Delete older receipts, with their votes; return how many receipts."""
        old = await self._database.run_in_parts(
            "DELETE FROM receipts WHERE rowid IN"
            " (SELECT rowid FROM receipts WHERE created < ? LIMIT ?) RETURNING 1",
            to_text(older_than),
        )
        return len(old)

    async def forget_questions(self) -> int:
        """Erase typed text from the stored receipts, unless `keep_questions`; return how many
        receipts changed. An answer that cannot be parsed is erased, too, because it may contain the
        text."""
        if self._keep_questions:
            return 0
        return len(await self._database.run_in_parts(_FORGET_QUESTIONS))

    def _first(self, rows: list[Row]) -> StoredReceipt | None:
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


def _may_be_offered(question: Question, kept: StoredReceipt) -> bool:
    """Return whether the question may be suggested to others: public, answered with evidence, and
    not a follow-up. A follow-up means something else without the turns before it. A question that
    took over nothing from them is not a follow-up."""
    open_to_all = kept.guild is not None and not kept.private
    answered = kept.answer.status is Status.ANSWERED and bool(kept.answer.evidence)
    alone = not question.history or kept.answer.understood_as == question.question
    return open_to_all and answered and alone


def _words(text: str) -> str:
    """Normalise a text for the search: its words alone, casefolded, each after a space. The result
    contains no wildcards."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = "".join(c if c.isalnum() else " " for c in folded).split()
    return "".join(f" {word}" for word in words)


def _with_words(kept: StoredReceipt, typed: Typed) -> StoredReceipt:
    words = {"question": typed.question.question, "understood_as": typed.understood_as}
    answer = kept.answer.model_copy(update=words)
    return replace(kept, question=typed.question, answer=answer)
