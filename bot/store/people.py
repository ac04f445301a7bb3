"""All that is kept of one person: to be handed over, and to be forgotten."""

from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from bot.domain.models import Answer, Turn
from bot.store.audit import Audit, AuditEntry
from bot.store.database import Database
from bot.store.receipts import Kept, Receipts
from bot.store.signatures import Hasher
from bot.store.usage import KeptUsage, UsageByDay
from bot.store.votes import Votes

_ADMIN_OF = """
SELECT guild FROM settings JOIN json_each(
    CASE WHEN json_valid(settings) THEN settings ELSE '{}' END, '$.admin_users'
) AS named WHERE named.value = ?
"""


class KeptAnswer(BaseModel):
    """`question` and what was said before it are missing where they are not kept."""

    model_config = ConfigDict(frozen=True)

    receipt: str
    asked: datetime
    server: int | None
    private: bool
    question: str | None
    said_before: tuple[Turn, ...]
    answer: Answer


class KeptOfPerson(BaseModel):
    """Their own answers; their votes, by receipt; what they did as an admin; the servers whose
    admins have named them; and what a model read and wrote for them of late."""

    model_config = ConfigDict(frozen=True)

    user: int
    answers: tuple[KeptAnswer, ...]
    votes: dict[str, int]
    audit: tuple[AuditEntry, ...]
    admin_of: tuple[int, ...]
    usage: tuple[KeptUsage, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Of a person's answers and votes."""

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

    async def export(self, user: int) -> KeptOfPerson:
        person = self._hasher.asker(user)
        guilds = await self._database.run(_ADMIN_OF, user)
        return KeptOfPerson(
            user=user,
            answers=tuple(_exported(kept) for kept in await self._receipts.of_asker(person)),
            votes=await self._votes.of_voter(person),
            audit=tuple(await self._audit.of_actor(user)),
            admin_of=tuple(guild for (guild,) in guilds),
            usage=tuple(await self._usage.of_asker(person)),
        )

    async def count(self, user: int) -> Counts:
        """What `forget` would forget."""
        person = self._hasher.asker(user)
        [counted] = await self._database.run(
            "SELECT (SELECT count(*) FROM receipts WHERE asker = ?1),"
            " (SELECT count(*) FROM votes WHERE voter = ?1)",
            person,
        )
        return Counts(*counted)

    async def forget(self, user: int) -> Counts:
        """Their answers, with what others voted on them, and their own votes, now and in the
        file. The audit log and servers' settings stay: they are the server's; and what a model
        cost for them today, until tomorrow. One that fails on its way can be repeated."""
        person = self._hasher.asker(user)
        votes = await self._votes.forget_voter(person)  # first: some go with the answers
        answers = await self._receipts.forget_asker(person)
        await self._usage.forget_askers(datetime.now(UTC).date())
        # Until then the log of writes still has what it was. Busy readers only put it off.
        await self._database.run("PRAGMA wal_checkpoint(TRUNCATE)")
        return Counts(answers, votes)


def _exported(kept: Kept) -> KeptAnswer:
    return KeptAnswer(
        receipt=kept.id,
        asked=kept.created,
        server=kept.guild,
        private=kept.private,
        question=kept.question.question if kept.question else None,
        said_before=kept.question.history if kept.question else (),
        answer=kept.answer,
    )
