"""Membership of this process: it takes shards, renews its leases, and gives shards back."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Self

from pydantic import SecretStr

from bot.cluster.clock import steady_s
from bot.cluster.database import ClusterDatabase, ClusterError
from bot.cluster.drain import Drain
from bot.cluster.host import ShardHost
from bot.cluster.lead import Lead
from bot.cluster.leases import GRACE_S, LEASE_S, Given, Leases, Taken
from bot.cluster.shards import ShardRange
from bot.domain.errors import SettingsError
from bot.monitoring.bugs import log_bug
from bot.monitoring.degradations import Degradations, Part
from bot.monitoring.gateway import Gateway

_BEAT_S = 1.0
_LOOK_S = 0.25
# Shards are closed this long before the database lets others take them.
_MARGIN_S = 4.0
_VALID_S = LEASE_S - _MARGIN_S
_ADOPTED_AT_ONCE = 2  # shards of others, so that all processes get a part
_DRAINED_S = 60.0  # for the questions of a shard that was given back
_FAREWELL_S = 2.0
_FAILED_S = 30.0  # without a connection, after which another process may do better
_REST_S = 300.0  # before a shard that failed here is preferred again

_log = logging.getLogger(__name__)


class Member:
    """Membership of this process in the cluster. `closing` is set once it gives its shards away."""

    def __init__(
        self, leases: Leases, shards: ShardRange, degraded: Degradations, gateway: Gateway
    ) -> None:
        self.leases, self.shards = leases, shards
        self._degraded, self._gateway = degraded, gateway
        self.lead, self.closing = Lead(), False
        self.drain = Drain(leases, self.serves)
        self._held: dict[int, ShardHost] = {}
        self._resting: dict[int, float] = {}
        self._drained_later: set[int] = set()
        self._new_session = asyncio.Event()
        self._valid_until = float("-inf")

    @classmethod
    @asynccontextmanager
    async def join(
        cls,
        url: SecretStr,
        shards: ShardRange,
        me: str,
        degraded: Degradations,
        gateway: Gateway,
        bot: str = "",
    ) -> AsyncIterator[Self]:
        """Join the cluster. Raises ClusterError if the database fails, and SettingsError if running
        processes have another number of shards."""
        database = ClusterDatabase(url)
        try:
            leases = Leases(database, shards, me, bot)
            if counts := await leases.join():
                raise SettingsError(
                    f"The setting shards has {shards.count} shards, but running bots have "
                    f"{counts[0]}: stop them first, or set the same number"
                )
            member = cls(leases, shards, degraded, gateway)
            try:
                yield member
            finally:
                with suppress(ClusterError):
                    await leases.leave()
        finally:
            await database.close()

    @property
    def is_valid(self) -> bool:
        """True while no other process can hold the leases of this one."""
        return steady_s() < self._valid_until

    def serves(self, shard: int) -> bool:
        return shard in self._held and self.is_valid

    @property
    def leads(self) -> bool:
        return self.lead.held and self.is_valid

    async def run(self, host: ShardHost) -> None:
        """Keep leases and take shards for `host` until the task is cancelled. The leases then end
        by themselves."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._fence(), name="fence")
            group.create_task(self._keep(host), name="leases")

    def store_sessions(self) -> None:
        """Store the sessions soon, because one has begun."""
        self._new_session.set()

    async def identify(self) -> bool:
        """Wait for the turn of this process to begin a session. Return False at once if too many
        wait, or if the database fails."""
        try:
            wait_s = await self.leases.identify_in_s()
        except ClusterError as error:
            _log.info("the turn to begin a session is unknown: %s", error.user_message)
            return False
        if wait_s is not None:
            await asyncio.sleep(wait_s)
        return wait_s is not None

    async def give_away(self, busy_s: float) -> None:
        """Close all shards and release them at once. Until `drained`, and for at most `busy_s`
        seconds, the next holders leave the questions in progress to this process."""
        self.closing = True
        given = [self._close(shard, at_once=True) for shard in tuple(self._held)]
        self._set_leading(False)
        await self._farewell(self.leases.hand_over(given, busy_s), busy_s / 4)

    async def drained(self, within_s: float = _FAREWELL_S) -> None:
        """Tell the next holders that nothing is in progress here."""
        await self._farewell(self.leases.drained(), within_s)

    async def _farewell(self, told: Awaitable[None], within_s: float) -> None:
        try:
            async with asyncio.timeout(min(within_s, _FAREWELL_S)):
                await told
        except (ClusterError, TimeoutError) as error:
            _log.warning("the shards are taken over late, when their leases end: %r", error)

    # --- keeping leases

    async def _fence(self) -> None:
        """Close the shards before another process may take them."""
        while True:
            await asyncio.sleep(_LOOK_S)
            if not self.is_valid:
                self._close_all()

    async def _keep(self, host: ShardHost) -> None:
        try:
            while True:
                self._new_session.clear()
                if not self.closing:
                    await self._try_to_beat(host)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._new_session.wait(), _BEAT_S)
        finally:
            self._close_all()
            self._valid_until = float("-inf")

    async def _try_to_beat(self, host: ShardHost) -> None:
        try:
            for step in (self._renew, self._give_up, self._take, self._give_back):
                await step(host)
                if self.closing:  # what it gives away must not be taken or changed again
                    return
        except ClusterError as error:
            paused = "" if self.is_valid else ". No questions are answered until it works again"
            self._degraded.set(Part.CLUSTER, f"{error.user_message}{paused}")
        except Exception as error:  # a surface of its own: the leases then end by themselves
            log_bug(_log, error, "bug %s while keeping leases")
        else:
            self._degraded.clear(Part.CLUSTER)

    async def _renew(self, _host: ShardHost) -> None:
        began, asked = steady_s(), dict(self._held)
        sessions = {shard: host.session(shard) for shard, host in asked.items()}
        beat = await self.leases.beat(sessions, leads=self.lead.held)
        for shard in asked.keys() - beat.shards:
            if shard in self._held:
                _log.warning("another process has taken the shard %d", shard)
                self._close(shard, at_once=False)
        if not beat.leads:
            self._set_leading(False)
        self._valid_until = began + _VALID_S

    async def _take(self, host: ShardHost) -> None:
        if not self.lead.held and await self.leases.lead() and not self.closing:
            self._set_leading(True)
        resting = {shard for shard, until in self._resting.items() if steady_s() < until}
        free = set(range(self.shards.count)) - self._held.keys()
        mine = free & set(self.shards.ids) - resting
        others = free - mine - resting
        for shards, most, grace_s in (
            (mine, len(self.shards.ids), 0.0),
            (others, _ADOPTED_AT_ONCE, GRACE_S),
            (free & resting, _ADOPTED_AT_ONCE, 2 * GRACE_S),  # if no process can do better
        ):
            if shards and not self.closing:
                await self._open(host, await self.leases.take(shards, most, grace_s=grace_s))

    async def _open(self, host: ShardHost, taken: Sequence[Taken]) -> None:
        if self.closing:  # since the leases were asked for
            given = [Given(each.shard, None, busy=False, at_once=True) for each in taken]
            await self.leases.release(given, 0.0)
            return
        for each in taken:
            self._held[each.shard] = host
            host.open(each)
            self._tell()

    async def _give_up(self, host: ShardHost) -> None:
        """Release the shards that get no connection in this process, if there are others."""
        failing = [shard for shard in self._held if host.failing_s(shard) > _FAILED_S]
        if failing and await self.leases.rest(_REST_S):
            _log.warning("without a connection to Discord, released: shards %s", failing)
            self._resting |= dict.fromkeys(failing, steady_s() + _REST_S)
            await self._release(failing)

    async def _release(self, shards: Collection[int]) -> None:
        given = [self._close(shard, at_once=False) for shard in shards if shard in self._held]
        self._drained_later |= {each.shard for each in given if each.busy}
        await self.leases.release(given, _DRAINED_S)

    async def _give_back(self, host: ShardHost) -> None:
        """Give shards back to the processes that they belong to."""
        if self._drained_later and not any(map(host.is_busy, self._drained_later)):
            await self.leases.drained()
            self._drained_later.clear()
        foreign = self._held.keys() - set(self.shards.ids)
        wanted = foreign & await self.leases.wanted() if foreign else set()
        if wanted:
            await self._release(wanted)

    def _close_all(self) -> None:
        for shard in tuple(self._held):
            self._close(shard, at_once=False)
        self._set_leading(False)

    def _close(self, shard: int, *, at_once: bool) -> Given:
        host = self._held.pop(shard)
        session = host.close(shard)
        self._tell()
        return Given(shard, session, busy=host.is_busy(shard), at_once=at_once)

    def _set_leading(self, leads: bool) -> None:
        if self.lead.set(leads):
            _log.info("this process %s", "leads now" if leads else "no longer leads")
            self._tell()

    def _tell(self) -> None:
        self._gateway.holds(self._held, leads=self.lead.held)
