"""Questions as moderators look back on them: outcomes, sentences and votes, never who asked.

Every statement reads a bounded number of rows, so that answers do not wait for it."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, func, select

from bot.domain.models import Citation
from bot.domain.outcomes import Outcome
from bot.store.database import Database, Row
from bot.store.json_text import evidence_in, json_object
from bot.store.tables import before_receipt, cited, receipts, votes
from bot.store.timestamps import to_text

_PART = 100  # rows of one statement, whose JSON takes a few milliseconds to read
_DAY = timedelta(days=1)
_Selection: TypeAlias = Select[*tuple[Any, ...]]
_DATE_CHARS = 10
_day = func.substr(receipts.c.created, 1, _DATE_CHARS)


@dataclass(frozen=True, slots=True)
class Scope:
    """Questions from `since` until `until`: of one server if `guild` is given, and asked in one of
    `channels` if they are given. Sums are of all channels."""

    since: datetime
    until: datetime
    guild: int | None = None
    channels: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """Question with its outcome. `asker` is a hash; it serves to count people and is never shown.
    `public` means asked openly in a server. `words` is the question, a follow-up as it was
    understood; None if it is not kept. `sentence` is the first evidence, or without an answer the
    closest sentence."""

    id: str
    created: datetime
    asker: str
    outcome: Outcome
    public: bool
    words: str | None
    sentence: Citation | None
    up: int
    down: int


class AskedQuestions:
    """View of the table of receipts for insights."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def snapshot(self) -> Hashable:
        """Return a value that differs after every change of the store, also by another process."""
        return await self._database.snapshot()

    async def counts(self, scope: Scope) -> Counter[tuple[date, Outcome]]:
        """Count the questions by day (UTC) and outcome."""
        counted: Counter[tuple[date, Outcome]] = Counter()
        counts = select(_day, receipts.c.outcome, func.count()).group_by(_day, receipts.c.outcome)
        for rows in await self._by_day(counts, scope):
            for day, outcome, count in rows:
                with suppress(ValueError):  # a damaged row hides none of the others
                    counted[date.fromisoformat(day), Outcome(outcome)] += count
        return counted

    async def citations(self, scope: Scope) -> Counter[str]:
        """Count the public answers that cite each article, by its id. Other answers are not
        recorded by article."""
        counted: Counter[str] = Counter()
        articles = select(cited.c.article, func.count()).group_by(cited.c.article)
        joined = articles.join(receipts, receipts.c.id == cited.c.receipt)
        for rows in await self._by_day(joined, scope):
            for article, count in rows:
                counted[article] += count
        return counted

    async def newest(self, scope: Scope, most: int) -> Sequence[AskedQuestion]:
        """Return the newest `most` questions, newest first."""
        found: list[AskedQuestion] = []
        newest = _newest(scope)
        part = newest.where(receipts.c.created < to_text(scope.until))
        while len(found) < most:
            limit = min(_PART, most - len(found))
            rows = await self._database.run(part.limit(limit))
            found += [each for row in rows if (each := _read(row)) is not None]
            if len(rows) < limit:
                break
            part = newest.where(before_receipt(rows[-1][2], rows[-1][0]))
        return found

    async def _by_day(self, counts: _Selection, scope: Scope) -> Iterable[list[Row]]:
        parts = []
        start = scope.since
        while start < scope.until:
            end = min(start + _DAY, scope.until)
            parts.append(await self._database.run(counts.where(*_within(scope, start, end))))
            start = end
        return parts


def _within(scope: Scope, since: datetime, until: datetime) -> Iterable[ColumnElement[bool]]:
    yield receipts.c.created >= to_text(since)
    yield receipts.c.created < to_text(until)
    yield from _asked_in(scope)


def _asked_in(scope: Scope) -> Iterable[ColumnElement[bool]]:
    yield receipts.c.outcome.is_not(None)
    if scope.guild is not None:
        yield receipts.c.guild == scope.guild


def _newest(scope: Scope) -> _Selection:
    """Select what `_read` reads, newest first."""
    newest = (
        select(
            receipts.c.rowid,
            receipts.c.id,
            receipts.c.created,
            receipts.c.asker,
            receipts.c.outcome,
            receipts.c.guild,
            receipts.c.private,
            receipts.c.question,
            receipts.c.answer,
            _voted(1),
            _voted(-1),
        )
        .where(*_asked_in(scope), receipts.c.created >= to_text(scope.since))
        .order_by(receipts.c.created.desc(), receipts.c.rowid.desc())
    )
    if scope.channels is None:
        return newest
    return newest.where(receipts.c.channel.in_(sorted(scope.channels)))


def _voted(vote: int) -> ColumnElement[int]:
    of_receipt = and_(votes.c.receipt == receipts.c.id, votes.c.vote == vote)
    return select(func.count()).select_from(votes).where(of_receipt).scalar_subquery()


def _read(row: Row) -> AskedQuestion | None:
    """Read a question; None if its row is damaged."""
    _, id_, created, asker, outcome, guild, private, question, answer, up, down = row
    answered = json_object(answer)
    if answered is None:
        return None
    try:
        moment, known = datetime.fromisoformat(created), Outcome(outcome)
    except ValueError:
        return None
    return AskedQuestion(
        id=id_,
        created=moment.astimezone(UTC),
        asker=asker,
        outcome=known,
        public=guild is not None and not private,
        words=_words(json_object(question), answered),
        sentence=_sentence(answered),
        up=up,
        down=down,
    )


def _words(question: dict[str, Any] | None, answer: dict[str, Any]) -> str | None:
    """Return the question. The words of a follow-up alone mean nothing, so it is returned as it was
    understood."""
    if question is None:
        return None
    understood = answer.get("understood_as")
    words = understood if question.get("history") and understood else question.get("question")
    return words if isinstance(words, str) else None


def _sentence(answer: dict[str, Any]) -> Citation | None:
    """Return the first evidence, or the closest sentence; None if there is none, or none that this
    version can read."""
    closest = answer.get("closest")
    first = closest[0] if isinstance(closest, list) and closest else None
    found = next(evidence_in(answer), None) or first
    try:
        return Citation.model_validate(found) if found else None
    except ValueError:  # pydantic raises ValueErrors
        return None
