"""Data that is stored about one person: its export and its deletion."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, func, select

from bot.domain.models import Answer, Turn
from bot.store.audit import Audit, AuditEntry
from bot.store.database import Database
from bot.store.receipts import Receipts, StoredReceipt
from bot.store.settings import SettingsOfServers
from bot.store.signatures import Hasher
from bot.store.tables import receipts, votes, watches
from bot.store.usage import StoredUsage, UsageByDay
from bot.store.votes import Votes
from bot.store.watches import StoredWatch, Watches


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


class PersonWatch(BaseModel):
    """Watched question in an export, with the last answer that the person knows."""

    model_config = ConfigDict(frozen=True)

    since: datetime
    server: int | None
    channel: int | None
    question: str
    answer: Answer


class PersonData(BaseModel):
    """Export of a person's data: their answers, their votes by receipt id, their actions as an
    admin, the servers whose admins named them as an admin, their recent model usage, and the
    questions that they watch."""

    model_config = ConfigDict(frozen=True)

    user: int
    answers: tuple[PersonAnswer, ...]
    votes: dict[str, int]
    audit: tuple[AuditEntry, ...]
    admin_of: tuple[int, ...]
    usage: tuple[StoredUsage, ...]
    watches: tuple[PersonWatch, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """Number of a person's answers, votes and watches."""

    answers: int
    votes: int
    watches: int = 0


class People:
    def __init__(
        self,
        database: Database,
        hasher: Hasher,
        receipts: Receipts,
        votes: Votes,
        audit: Audit,
        usage: UsageByDay,
        watches: Watches,
        settings: SettingsOfServers,
    ) -> None:
        self._database, self._hasher, self._settings = database, hasher, settings
        self._receipts, self._votes, self._audit, self._usage = receipts, votes, audit, usage
        self._watches = watches

    async def export(self, user: int, put_in_words: Callable[[Answer], Answer]) -> PersonData:
        """Collect a person's data; `put_in_words` fills in the text of each answer."""
        person = self._hasher.asker(user)
        kept = await self._receipts.of_asker(person)
        return PersonData(
            user=user,
            answers=tuple(_exported(each, put_in_words(each.answer)) for each in kept),
            votes=await self._votes.of_voter(person),
            audit=tuple(await self._audit.of_actor(user)),
            admin_of=tuple(await self._settings.admin_of(user)),
            usage=tuple(await self._usage.of_asker(person)),
            watches=tuple(map(_watched, await self._watches.of_watcher(user))),
        )

    async def count(self, user: int) -> Counts:
        """Count what `forget` would delete."""
        person = self._hasher.asker(user)
        [counted] = await self._database.run(
            select(
                _number_of(receipts.c.asker == person),
                _number_of(votes.c.voter == person),
                _number_of(watches.c.watcher == user),
            )
        )
        return Counts(*counted)

    async def forget(self, user: int) -> Counts:
        """Delete a person's answers, with the votes on them, their own votes and their watches,
        also from the file of the store. The audit log and the servers' settings stay, because they
        belong to the servers. Today's model usage stays until tomorrow. A call that fails midway
        can be repeated."""
        person = self._hasher.asker(user)
        votes = await self._votes.forget_voter(person)  # first: deleting answers deletes some votes
        answers = await self._receipts.forget_asker(person)
        watches = await self._watches.forget_watcher(user)
        await self._usage.forget_askers(datetime.now(UTC).date())
        await self._database.erase()
        return Counts(answers, votes, watches)


def _number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count()).where(condition).scalar_subquery()


def _watched(watch: StoredWatch) -> PersonWatch:
    return PersonWatch(
        since=watch.created,
        server=watch.guild,
        channel=watch.channel,
        question=watch.question,
        answer=watch.told.answer,
    )


def _exported(kept: StoredReceipt, answer: Answer) -> PersonAnswer:
    return PersonAnswer(
        receipt=kept.id,
        asked=kept.created,
        server=kept.guild,
        private=kept.private,
        question=kept.question.question if kept.question else None,
        said_before=kept.question.history if kept.question else (),
        answer=answer,
    )
