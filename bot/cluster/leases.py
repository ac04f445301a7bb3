"""Leases in the database. Only the clock of the server decides when one ends."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.cluster import statements as sql
from bot.cluster.database import LOCK, ClusterDatabase, ClusterError, Statement
from bot.cluster.session import GatewaySession
from bot.cluster.shards import ShardRange

LEASE_S = 12.0
# A free shard waits this long for a process that it belongs to, before another takes it.
GRACE_S = 8.0
_SETTLED_S = 10.0  # a process that has run this long gets its shards back
IDENTIFY_S = 5.5  # Discord accepts one new session each 5 seconds
_QUEUE_S = 30.0


@dataclass(frozen=True, slots=True)
class Taken:
    """Shard that this process got. `session` is what the last holder left; while `draining`, that
    process still answers the questions that it has received."""

    shard: int
    session: GatewaySession | None
    draining: bool


@dataclass(frozen=True, slots=True)
class Given:
    """Shard to release. `busy` if questions that it brought are still in progress; `at_once` if any
    process may take it at once."""

    shard: int
    session: GatewaySession | None
    busy: bool
    at_once: bool


@dataclass(frozen=True, slots=True)
class Beat:
    """Outcome of a renewal: the shards that are still held, and whether the process leads."""

    shards: frozenset[int]
    leads: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """Process that holds a lease; "" if none does."""

    lease: str
    process: str


class Leases:
    """Leases of the shards of one bot, from the view of the process `me`. `bot` is the id of its
    application: several bots may share a database. Methods raise ClusterError."""

    def __init__(
        self, database: ClusterDatabase, shards: ShardRange, me: str, bot: str = ""
    ) -> None:
        self._database, self._shards, self.me, self._bot = database, shards, me, bot
        self._of_bot = f" of {bot}" if bot else ""
        self._leader, self._identify = f"leader{self._of_bot}", f"identify{self._of_bot}"

    async def join(self) -> list[int]:
        """Create what is missing, and begin the membership. Return other numbers of shards that
        running processes have, and then begin none: two numbers at once would serve each server
        twice."""
        await self._database.prepare()
        names = [self._name(shard) for shard in range(self._shards.count)]
        *_, counts = await self._database.run(
            (LOCK, []),  # of two that join at once, the second sees the first
            (sql.SHARDS, [names]),
            (sql.NAMED, [self._leader, self._identify]),
            (sql.FORGET, []),
            *self._membership(),
        )
        return [count for (count,) in counts]

    def _membership(self) -> tuple[Statement, Statement]:
        """Return the statements that renew the membership, unless other numbers of shards run, and
        that read these."""
        shards, others = self._shards, [self._bot, self._shards.count]
        range_ = [shards.first, shards.last, shards.count]
        return (
            (sql.BEAT, [self.me, self._bot, *range_, LEASE_S, *others]),
            (sql.OTHER_COUNTS, others),
        )

    async def beat(self, sessions: Mapping[int, GatewaySession | None], leads: bool) -> Beat:
        """Renew the membership and the held leases, and store the sessions of the shards. Raises
        ClusterError if another number of shards began to run while this process did not."""
        names = [self._name(shard) for shard in sessions]
        stored = [_stored(session) for session in sessions.values()]
        if leads:
            names, stored = [*names, self._leader], [*stored, None]
        _, counts = await self._database.run(*self._membership())
        if counts:
            raise ClusterError(
                f"Other processes of this bot have {counts[0][0]} shards and this one has "
                f"{self._shards.count}: stop it, or set the same number"
            )
        [renewed] = await self._database.run((sql.RENEW, [LEASE_S, names, stored, self.me]))
        kept = {name for (name,) in renewed}
        held = frozenset(shard for shard in sessions if self._name(shard) in kept)
        return Beat(held, self._leader in kept)

    async def take(self, shards: Iterable[int], most: int, *, grace_s: float = 0.0) -> list[Taken]:
        """Take at most `most` of the shards that are free since `grace_s` seconds, or that this
        process closed while it still had their leases."""
        numbers = {self._name(shard): shard for shard in shards}
        rows = await self._take(list(numbers), most, grace_s)
        return [
            Taken(numbers[name], GatewaySession.read(session), draining)
            for name, session, draining in rows
        ]

    async def lead(self) -> bool:
        """Take the lead if no process has it. Return whether this process leads now."""
        return bool(await self._take([self._leader], 1, 0.0))

    async def _take(
        self, names: Sequence[str], most: int, grace_s: float
    ) -> list[tuple[str, object, bool]]:
        [rows] = await self._database.run(
            (sql.TAKE, [names, self.me, grace_s, most, self.me, LEASE_S])
        )
        return [(name, session, bool(draining)) for name, session, draining in rows]

    async def wanted(self) -> frozenset[int]:
        """Return the shards that belong to other processes that run well."""
        [rows] = await self._database.run((sql.WANTED, [self.me, self._bot, _SETTLED_S]))
        return frozenset(shard for first, last in rows for shard in range(first, last + 1))

    async def rest(self, rest_s: float) -> bool:
        """Make other processes give no shards back to this one for some seconds. Return whether
        there are others."""
        [rows] = await self._database.run((sql.REST, [rest_s, self.me]))
        return bool(rows)

    async def release(self, given: Sequence[Given], busy_s: float) -> None:
        """Release shards. The next holder leaves the questions of busy ones to this process, until
        it calls `drained` or `busy_s` seconds are over."""
        await self._database.run(
            (
                sql.RELEASE,
                [
                    busy_s,
                    [self._name(each.shard) for each in given],
                    [_stored(each.session) for each in given],
                    [each.busy for each in given],
                    [each.at_once for each in given],
                    self.me,
                ],
            )
        )

    async def hand_over(self, given: Sequence[Given], busy_s: float) -> None:
        """Release shards and leave."""
        await self.release(given, busy_s)
        await self.leave()

    async def drained(self) -> None:
        """Tell the next holders that all questions of the released shards are answered."""
        await self._database.run((sql.DRAINED, [self.me]))

    async def is_draining(self, shard: int) -> bool:
        """Return whether the last holder of a shard still answers what it has received."""
        [[(draining,)]] = await self._database.run((sql.IS_DRAINING, [self._name(shard)]))
        return bool(draining)

    async def leave(self) -> None:
        """End the membership, and the lead if this process has it."""
        await self._database.run((sql.LEAVE, [self.me]), (sql.ABDICATE, [self._leader, self.me]))

    async def identify_in_s(self) -> float | None:
        """Reserve the next turn to begin a session. Return the seconds until then, or None if the
        queue is too long: a connection may not wait for a minute."""
        [turn] = await self._database.run((sql.TURN, [IDENTIFY_S, self._identify, _QUEUE_S]))
        return max(0.0, turn[0][0] - IDENTIFY_S) if turn else None

    async def holders(self) -> list[Holder]:
        """Return the holders of all shards and of the lead, of every bot in the database."""
        shards = f"shard %/{self._shards.count}"
        patterns = ["leader", "leader of %", shards, f"{shards} of %"]
        [rows] = await self._database.run((sql.HOLDERS, [patterns]))
        return [Holder(name, holder if held else "") for name, holder, held in rows]

    def _name(self, shard: int) -> str:
        return f"shard {shard}/{self._shards.count}{self._of_bot}"


def _stored(session: GatewaySession | None) -> str | None:
    return None if session is None else json.dumps(session.stored())
