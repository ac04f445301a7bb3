"""Notes on answers whose evidence changed later, and the sentences that recent answers cite."""

import json
import logging
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from pydantic import BaseModel, ConfigDict

from bot.domain.fates import FateKind
from bot.domain.models import Citation, Place
from bot.store.database import Database, Row
from bot.store.timestamps import to_text

_AT_ONCE = 500  # rows of one statement; far more than one message has citations
# Evidence of recent answers from one article, for each message without a note.
_CITING = """
SELECT messages.message, evidence.value
FROM cited JOIN receipts ON receipts.id = cited.receipt
JOIN messages ON messages.receipt = receipts.id
JOIN json_each(
    CASE WHEN json_valid(answer) AND json_extract(answer, '$.as_of') IS NULL
        THEN answer ELSE '{}' END, '$.citations'
) AS evidence
WHERE cited.article = ?1 AND receipts.created >= ?2 AND messages.message > ?3
    AND json_extract(evidence.value, '$.role') = 'evidence'
    AND json_extract(evidence.value, '$.article_id') = ?1
    AND NOT EXISTS (SELECT 1 FROM notes WHERE notes.message = messages.message)
ORDER BY messages.message LIMIT ?4
"""
_ADD = """
INSERT INTO notes (message, note, shown)
SELECT messages.message, json_extract(added.value, '$[1]'), 0 FROM json_each(?) AS added
JOIN messages ON messages.message = json_extract(added.value, '$[0]')
WHERE true ON CONFLICT DO NOTHING
"""

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
            "SELECT DISTINCT article FROM cited JOIN receipts ON receipts.id = receipt"
            " WHERE created >= ?",
            to_text(since),
        )
        return [article for (article,) in rows]

    async def citing(self, article: str, since: datetime) -> AsyncIterator[list[CitingMessage]]:
        """Yield the messages since then that cite the article and have no note yet, some at a time,
        because there may be thousands."""
        after = 0
        while rows := await self._database.run(_CITING, article, to_text(since), after, _AT_ONCE):
            if len(rows) == _AT_ONCE:  # the next part has all citations of the last message
                rows = [row for row in rows if row[0] != rows[-1][0]]
            yield [each for row in rows if (each := _citing(row)) is not None]
            after = rows[-1][0]

    async def add(self, notes: Iterable[tuple[int, Note]]) -> None:
        """Give messages a note, except those that have one or are deleted."""
        left = iter(notes)
        while part := list(islice(left, _AT_ONCE)):
            rows = [(message, note.model_dump_json()) for message, note in part]
            await self._database.run(_ADD, json.dumps(rows))

    async def pending(self, limit: int) -> list[PendingNote]:
        """Return the notes that are not shown yet, those on the newest answers first."""
        rows = await self._database.run(
            "SELECT notes.message, guild, channel, note FROM notes"
            " JOIN messages ON messages.message = notes.message"
            " JOIN receipts ON receipts.id = messages.receipt"
            " WHERE NOT shown ORDER BY receipts.created DESC LIMIT ?",
            limit,
        )
        return [note for row in rows if (note := _read(row)) is not None]

    async def done(self, message: int) -> None:
        """Record that a message shows its note, or never will."""
        await self._database.run("UPDATE notes SET shown = 1 WHERE message = ?", message)

    async def forget(self, message: int) -> None:
        """Forget a message that no longer exists."""
        await self._database.run("DELETE FROM messages WHERE message = ?", message)


def _citing(row: Row) -> CitingMessage | None:
    message, cited = row
    try:
        return CitingMessage(message, Citation.model_validate_json(cited))
    except ValueError as error:
        _log.warning("a citation of message %d is unreadable: %s", message, type(error).__name__)
        return None


def _read(row: Row) -> PendingNote | None:
    message, guild, channel, note = row
    try:
        return PendingNote(message, guild, channel, Note.model_validate_json(note))
    except ValueError as error:
        _log.warning("the note on message %d cannot be read: %s", message, type(error).__name__)
        return None
