"""Data that is stored about one person: its export and its deletion."""

from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from bot.domain.models import Answer, Turn
from bot.store.audit import Audit, AuditEntry
from bot.store.database import Database
from bot.store.receipts import Receipts, StoredReceipt
from bot.store.signatures import Hasher
from bot.store.usage import StoredUsage, UsageByDay
from bot.store.votes import Votes

_ADMIN_OF = """
SELECT guild FROM settings JOIN json_each(
    CASE WHEN json_valid(settings) THEN settings ELSE '{}' END, '$.admin_users'
) AS named WHERE named.value = ?
"""


class PersonAnswer(BaseModel):
    """Answer in an export. If the typed text is not stored, `question` is None and `said_before` is
    empty."""

    model_config = ConfigDict(frozen=True)

    receipt: str
    asked: datetime
    server: int | None
    private: bool
    question: str | None
    said_before: tuple[Turn, ...]
    answer: Answer


class PersonData(BaseModel):
    """Export of a person's data: their answers, their votes by receipt id, their actions as an
    admin, the servers whose admins named them as an admin, and their recent model usage."""

    model_config = ConfigDict(frozen=True)

    user: int
    answers: tuple[PersonAnswer, ...]
    votes: dict[str, int]
    audit: tuple[AuditEntry, ...]
    admin_of: tuple[int, ...]
    usage: tuple[StoredUsage, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Number of a person's answers and votes."""

    answers: int
    votes: int


class People:
    def __init__(
        self,
        database: Database,
        hasher: Hasher,
        receipts: Receipts,
        votes: Votes,
        audit: Audit,
        usage: UsageByDay,
    ) -> None:
        self._database, self._hasher = database, hasher
        self._receipts, self._votes, self._audit, self._usage = receipts, votes, audit, usage

    async def export(self, user: int) -> PersonData:
        person = self._hasher.asker(user)
        guilds = await self._database.run(_ADMIN_OF, user)
        return PersonData(
            user=user,
            answers=tuple(_exported(kept) for kept in await self._receipts.of_asker(person)),
            votes=await self._votes.of_voter(person),
            audit=tuple(await self._audit.of_actor(user)),
            admin_of=tuple(guild for (guild,) in guilds),
            usage=tuple(await self._usage.of_asker(person)),
        )

    async def count(self, user: int) -> Counts:
        """Count what `forget` would delete."""
        person = self._hasher.asker(user)
        [counted] = await self._database.run(
            "SELECT (SELECT count(*) FROM receipts WHERE asker = ?1),"
            " (SELECT count(*) FROM votes WHERE voter = ?1)",
            person,
        )
        return Counts(*counted)

    async def forget(self, user: int) -> Counts:
        """Delete a person's answers, with the votes on them, and their own votes, from the file as
        well. The audit log and the servers' settings stay, because they belong to the servers.
        Today's model usage stays until tomorrow. A call that fails midway can be repeated."""
        person = self._hasher.asker(user)
        votes = await self._votes.forget_voter(person)  # first: deleting answers deletes some votes
        answers = await self._receipts.forget_asker(person)
        await self._usage.forget_askers(datetime.now(UTC).date())
        # The write-ahead log has the data until this checkpoint; busy readers only delay it.
        await self._database.run("PRAGMA wal_checkpoint(TRUNCATE)")
        return Counts(answers, votes)


def _exported(kept: StoredReceipt) -> PersonAnswer:
    return PersonAnswer(
        receipt=kept.id,
        asked=kept.created,
        server=kept.guild,
        private=kept.private,
        question=kept.question.question if kept.question else None,
        said_before=kept.question.history if kept.question else (),
        answer=kept.answer,
    )
