"""Questions as moderators look back on them: outcomes, sentences and votes, never who asked.

Every statement reads a bounded number of rows, so that answers do not wait for it."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.domain.models import Citation
from bot.domain.outcomes import Outcome
from bot.store.database import Database, Row
from bot.store.timestamps import to_text

_PART = 200  # rows of one statement
_DAY = timedelta(days=1)
# The changes of this connection, and a number that changes with those of others.
_SNAPSHOT = "SELECT total_changes(), data_version FROM pragma_data_version"
_COUNTS = """
SELECT substr(created, 1, 10), outcome, count(*) FROM receipts
WHERE {where} AND created >= ? AND created < ? AND outcome IS NOT NULL GROUP BY 1, 2
"""
# The words of a follow-up alone mean nothing, so it is read as it was understood.
_NEWEST = """
SELECT receipts.rowid, id, created, asker, outcome, guild IS NOT NULL AND NOT private,
    CASE WHEN NOT json_valid(question) THEN NULL
        WHEN json_array_length(question, '$.history')
            AND json_extract(answer, '$.understood_as') <> ''
        THEN json_extract(answer, '$.understood_as')
        ELSE json_extract(question, '$.question') END,
    coalesce(
        (SELECT cited.value FROM json_each(answer, '$.citations') AS cited
            WHERE json_extract(cited.value, '$.role') = 'evidence' LIMIT 1),
        json_extract(answer, '$.closest[0]')
    ),
    (SELECT count(*) FROM votes WHERE receipt = id AND vote = 1),
    (SELECT count(*) FROM votes WHERE receipt = id AND vote = -1)
FROM receipts
WHERE {where} AND created >= ? AND (created, receipts.rowid) < (?, ?) AND outcome IS NOT NULL
    AND json_valid(answer)
ORDER BY created DESC, receipts.rowid DESC LIMIT ?
"""
_CITED = """
SELECT cited.article, count(*) FROM receipts JOIN cited ON cited.receipt = receipts.id
WHERE {where} AND created >= ? AND created < ? AND outcome IS NOT NULL GROUP BY 1
"""


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

    async def snapshot(self) -> tuple[int, int]:
        """Return numbers that differ after every change of the store, also by another process."""
        [(own, others)] = await self._database.run(_SNAPSHOT)
        return int(own), int(others)

    async def counts(self, scope: Scope) -> Counter[tuple[date, Outcome]]:
        """Count the questions by day (UTC) and outcome."""
        counted: Counter[tuple[date, Outcome]] = Counter()
        for rows in await self._by_day(_COUNTS, scope):
            for day, outcome, count in rows:
                counted[date.fromisoformat(day), Outcome(outcome)] += count
        return counted

    async def citations(self, scope: Scope) -> Counter[str]:
        """Count the public answers that cite each article, by its id. Other answers are not
        recorded by article."""
        cited: Counter[str] = Counter()
        for rows in await self._by_day(_CITED, scope):
            for article, count in rows:
                cited[article] += count
        return cited

    async def newest(self, scope: Scope, most: int) -> Sequence[AskedQuestion]:
        """Return the newest `most` questions, newest first."""
        found: list[AskedQuestion] = []
        before: tuple[str, int] = (to_text(scope.until), 0)
        while len(found) < most:
            part = min(_PART, most - len(found))
            rows = await self._part(scope, before, part)
            found += [_read(row) for row in rows]
            if len(rows) < part:
                break
            before = rows[-1][2], rows[-1][0]
        return found

    async def _part(self, scope: Scope, before: tuple[str, int], most: int) -> list[Row]:
        where, values = _where(scope)
        if scope.channels is not None:
            where += " AND channel IN (SELECT value FROM json_each(?))"
            values = (*values, json.dumps(sorted(scope.channels)))
        sql = _NEWEST.format(where=where)
        return await self._database.run(sql, *values, to_text(scope.since), *before, most)

    async def _by_day(self, sql: str, scope: Scope) -> Iterable[list[Row]]:
        where, values = _where(scope)
        parts = []
        start = scope.since
        while start < scope.until:
            end = min(start + _DAY, scope.until)
            bounds = to_text(start), to_text(end)
            parts.append(await self._database.run(sql.format(where=where), *values, *bounds))
            start = end
        return parts


def _where(scope: Scope) -> tuple[str, tuple[object, ...]]:
    return ("guild = ?", (scope.guild,)) if scope.guild is not None else ("true", ())


def _read(row: Row) -> AskedQuestion:
    _, id_, created, asker, outcome, public, words, sentence, up, down = row
    return AskedQuestion(
        id=id_,
        created=datetime.fromisoformat(created).astimezone(UTC),
        asker=asker,
        outcome=Outcome(outcome),
        public=bool(public),
        words=words,
        sentence=_sentence(sentence),
        up=up,
        down=down,
    )


def _sentence(json_text: str | None) -> Citation | None:
    """Read a citation; None if there is none, or none that this version can read."""
    try:
        return Citation.model_validate_json(json_text) if json_text else None
    except ValueError:  # pydantic raises ValueErrors
        return None
