"""Connections of the shards that this process holds at the moment."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket, ReconnectWebSocket
from discord.shard import EventItem, EventType

from bot.cluster.clock import steady_s
from bot.cluster.leases import Taken
from bot.cluster.member import Member
from bot.cluster.session import GatewaySession
from bot.discord.client import DealbotClient, Pauses, Shard
from bot.discord.paced_socket import PacedSocket
from bot.discord.shard_events import ShardEvents
from bot.monitoring.bugs import log_bug

_CONNECT_S = 60.0
_TURN_S = 5.0
_RESUMES = 8  # then the address to resume at may be gone for good
_FAILURES = (
    OSError,
    TimeoutError,
    aiohttp.ClientError,
    discord.ConnectionClosed,
    discord.HTTPException,
    discord.GatewayNotFound,
    ReconnectWebSocket,
)

_log = logging.getLogger(__name__)


class ShardConnections:
    """Connections that the membership opens and closes, with the sessions that they leave. Where a
    session cannot be resumed, discord.py begins a new one."""

    def __init__(self, client: DealbotClient, member: Member, tell: Callable[[str], None]) -> None:
        self._client, self._member, self._tell = client, member, tell
        self._events = ShardEvents(client, member)
        self._shards: dict[int, Shard] = client._AutoShardedClient__shards  # type: ignore[attr-defined]
        self._opening: dict[int, Taken] = {}
        self._left: dict[int, GatewaySession] = {}
        self._turns: set[int] = set()
        self._failing: dict[int, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._attempts: set[asyncio.Task[None]] = set()

    @property
    def _queue(self) -> "asyncio.PriorityQueue[EventItem]":
        return self._client._AutoShardedClient__queue  # type: ignore[attr-defined,no-any-return]

    async def keep(self) -> None:
        self._tell(f"Ready: this process serves shards of {self._member.shards}.")
        try:
            await self._member.run(self)
        except Exception as error:  # without leases the client is useless: its caller begins anew
            self._queue.put_nowait(EventItem(EventType.terminate, None, error))

    async def end(self) -> None:
        for shard in (*self._opening, *self._shards):
            self.close(shard)
        for attempt in self._attempts:
            attempt.cancel()
        if tasks := self._tasks | self._attempts:
            await asyncio.wait(tasks)

    def open(self, taken: Taken) -> None:
        self._opening[taken.shard] = taken
        self.up(taken.shard)  # until an attempt fails
        self._start(self._open(taken), self._attempts)

    def close(self, shard: int) -> GatewaySession | None:
        session = self.session(shard)
        if session is not None:
            self._left[shard] = session
        self._opening.pop(shard, None)
        self._turns.discard(shard)
        self._events.end(shard)
        if (connection := self._shards.pop(shard, None)) is not None:
            self._tell(f"The shard {shard} is no longer served here.")
            self._start(connection.drop(), self._tasks)
        for guild in self._client.guilds:
            if guild.shard_id == shard:  # its changes are not seen from now on
                self._client._connection._remove_guild(guild)
        return session

    def session(self, shard: int) -> GatewaySession | None:
        connection = self._shards.get(shard)
        if connection is None or not connection.ws.session_id or connection.ws.sequence is None:
            return None
        socket = connection.ws
        sequence = self._events.safe_sequence(shard, connection.ws.sequence)
        intents = self._client.intents.value
        return GatewaySession(str(socket.session_id), str(socket.gateway), sequence, intents)

    def is_busy(self, shard: int) -> bool:
        return self._events.is_busy(shard)

    def up(self, shard: int) -> None:
        self._failing.pop(shard, None)

    def down(self, shard: int) -> None:
        self._failing.setdefault(shard, steady_s())

    def failing_s(self, shard: int) -> float:
        since = self._failing.get(shard)
        return 0.0 if since is None else steady_s() - since

    async def await_turn(self, shard: int) -> None:
        if shard not in self._turns and not await self._member.identify():
            raise ConnectionAbortedError("too many sessions wait to begin")
        self._turns.discard(shard)
        if not self._member.serves(shard):
            raise ConnectionAbortedError("this process no longer holds the shard")

    async def handle(
        self, message: discord.Message, *, addressed: bool, answer: Callable[[], Awaitable[None]]
    ) -> None:
        await self._events.handle(message, addressed=addressed, answer=answer)

    def was_repeated(self, event: int) -> bool:
        return self._events.was_repeated(event)

    def _start(self, work: Coroutine[Any, Any, None], among: set[asyncio.Task[None]]) -> None:
        task = asyncio.create_task(work, name="shard")
        among.add(task)
        task.add_done_callback(among.discard)

    async def _open(self, taken: Taken) -> None:
        """Connect a shard, and try again until this process no longer holds it."""
        pauses, session, attempts = Pauses(), self._session_after(taken), 0
        while self._opening.get(taken.shard) is taken:
            try:
                if session is None and not await self._has_turn(taken.shard):
                    continue
                socket = await asyncio.wait_for(self._connect(taken.shard, session), _CONNECT_S)
            except Exception as error:
                attempts += 1
                is_bug = not isinstance(error, _FAILURES)
                if is_bug:
                    log_bug(_log, error, "bug %s while connecting a shard")
                else:
                    _log.warning("no connection of the shard %d: %r", taken.shard, error)
                session = None if is_bug or attempts > _RESUMES else session
                self._turns.discard(taken.shard)
                self.down(taken.shard)
                await asyncio.sleep(pauses.delay())
            else:
                await self._launch(taken, socket, resumes=session is not None)
                return

    async def _has_turn(self, shard: int) -> bool:
        """Reserve a turn before the connection is made: Discord closes one that says nothing."""
        if await self._member.identify():
            self._turns.add(shard)
            return True
        await asyncio.sleep(_TURN_S)
        return False

    def _session_after(self, taken: Taken) -> GatewaySession | None:
        """Return the session to resume: the stored one, or what this process left of it if that is
        newer, as after a failure of the database."""
        own, stored = self._left.pop(taken.shard, None), taken.session
        session = own if stored is None or _continues(own, stored) else stored
        if session is None or session.intents != self._client.intents.value:
            return None
        return session if _is_of_discord(session.url) else None

    async def _connect(self, shard: int, session: GatewaySession | None) -> PacedSocket:
        if session is None:
            return await PacedSocket.from_client(self._client, shard_id=shard)
        return await PacedSocket.from_client(
            self._client,
            gateway=yarl.URL(session.url),
            shard_id=shard,
            session=session.id,
            sequence=session.sequence,
            resume=True,
        )

    async def _launch(self, taken: Taken, socket: PacedSocket, *, resumes: bool) -> None:
        """Begin to read the events of a shard, unless it was lost meanwhile."""
        if self._opening.get(taken.shard) is not taken:
            with suppress(*_FAILURES):
                await socket.close()
            return
        del self._opening[taken.shard]
        if resumes:
            self._events.replay(taken.shard)
        put = self._queue.put_nowait
        self._shards[taken.shard] = shard = Shard(socket, self._client, put)
        shard.launch()
        self._tell(f"The shard {taken.shard} of {self._member.shards.count} is served here.")


def _continues(own: GatewaySession | None, stored: GatewaySession) -> bool:
    return own is not None and own.id == stored.id and own.sequence > stored.sequence


def _is_of_discord(url: str) -> bool:
    """Return whether the bot's token may be sent to an address from the database."""
    try:
        given, known = yarl.URL(url), DiscordWebSocket.DEFAULT_GATEWAY
    except ValueError:
        return False
    is_known = given.host == known.host or (given.host or "").endswith(".discord.gg")
    return is_known and given.scheme == known.scheme
