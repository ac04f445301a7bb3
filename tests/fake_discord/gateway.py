"""The gateway: which connections it accepts, events by intent and shard, and its faults."""

import asyncio
import json
from typing import Any

from aiohttp import WSMsgType, web

from tests.fake_discord.connection import (
    ACK,
    HEARTBEAT,
    HELLO,
    IDENTIFY,
    INVALID,
    MEMBERS,
    PRESENCE,
    RECONNECT,
    RESUME,
    VOICE,
    Connection,
)
from tests.fake_discord.places import Channel, Guild
from tests.fake_discord.sessions import Session, greet, send_members
from tests.fake_discord.visibility import PRIVILEGED, Payload, Viewer
from tests.fake_discord.world import World

_LARGEST_FRAME = 4096
_MOST_FRAMES = 120  # per minute
_ALL_INTENTS = (1 << 26) - 1


class Gateway:
    """The gateway. With `acks` off it does not answer heartbeats. `identifies` and `resumes` count
    the accepted ones."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.sessions: list[Session] = []
        self.url = ""
        self.heartbeat_s = 41.25
        self.acks = True
        self.identifies = self.resumes = 0
        self.close_codes: list[int | None] = []
        self._refusals = 0.0
        self._connections: set[Connection] = set()
        world.tell = self.tell

    # --- controls for tests

    @property
    def live(self) -> list[Session]:
        return [each for each in self.sessions if each.connection is not None]

    def refuse(self, times: float = 1) -> None:
        """Refuse the next connects."""
        self._refusals = times

    def reconnect(self) -> None:
        for session in self.live:
            self._of(session).push(RECONNECT)

    def invalidate(self, *, resumable: bool = False) -> None:
        for session in self.live:
            session.valid = resumable
            self._of(session).push(INVALID, resumable)

    def forget_sessions(self) -> None:
        """Make the next RESUME of each session fail, so that the client must identify."""
        for session in self.sessions:
            session.valid = False

    def close(self, code: int) -> None:
        for session in self.live:
            self._of(session).close(code)

    def abort(self) -> None:
        for connection in tuple(self._connections):
            connection.abort()

    async def ready(self, sessions: int = 1) -> None:
        """Wait until this many sessions are connected."""
        await self._world.changes.until(lambda: len(self.live) >= sessions, "a connected bot")

    async def identified(self, times: int) -> None:
        # discord.py sleeps five seconds before it identifies anew, and five before it tries.
        await self._world.changes.until(lambda: self.identifies >= times, f"IDENTIFY no. {times}")

    async def resumed(self, times: int = 1) -> None:
        await self._world.changes.until(lambda: self.resumes >= times, f"RESUME no. {times}")

    async def caught_up(self) -> None:
        """Wait until the bot has read every event sent so far, and so has started work on it."""
        for session in self.live:
            await self._read_by(self._of(session), session.seq)

    async def _read_by(self, connection: Connection, seq: int) -> None:
        """Request a heartbeat; the client answers it with the sequence number of the last event
        that it read."""
        connection.push(HEARTBEAT)
        await self._world.changes.until(
            lambda: (connection.last_beat or 0) >= seq, "a bot that has read its events"
        )

    # --- events

    def tell(self, event: str, payload: Payload, place: Guild | Channel | None = None) -> None:
        for session in self.sessions:
            if session.valid and session.viewer.gets(event, place):
                session.send(event, payload(session.viewer) if callable(payload) else payload)

    # --- sockets

    async def accept(self, request: web.Request) -> web.StreamResponse:
        if self._refusals > 0:
            self._refusals -= 1
            assert request.transport is not None
            request.transport.abort()
            return web.Response(status=503)
        socket = web.WebSocketResponse(compress=False, max_msg_size=1 << 16)
        await socket.prepare(request)
        connection = Connection(socket, request)
        self._connections.add(connection)
        connection.push(HELLO, {"heartbeat_interval": int(self.heartbeat_s * 1000)})
        writing = asyncio.create_task(connection.write())
        try:
            await self._read(socket, connection)
            if connection.closed_with:
                await writing  # this also reads the client's close frame
        finally:
            writing.cancel()
            self._connections.discard(connection)
            self._lost(connection, connection.closed_with or socket.close_code)
        return socket

    async def _read(self, socket: web.WebSocketResponse, connection: Connection) -> None:
        times: list[float] = []
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                break
            now = self._world.clock.now()
            times = [each for each in times if each > now - 60] + [now]
            if len(frame.data) > _LARGEST_FRAME or len(times) > _MOST_FRAMES:
                self._wrong(connection, 4002 if len(times) <= _MOST_FRAMES else 4008, "too much")
                continue
            said = json.loads(frame.data)
            self._hear(connection, said["op"], said.get("d"))

    def _hear(self, connection: Connection, op: int, data: Any) -> None:
        session = next((s for s in self.sessions if s.connection is connection), None)
        if op == HEARTBEAT:
            self._beat(connection, data)
        elif op == IDENTIFY:
            self._identify(connection, data) if session is None else connection.close(4005)
        elif op == RESUME:
            self._resume(connection, data)
        elif session is None:
            self._wrong(connection, 4003, f"op {op} before IDENTIFY")
        elif op == MEMBERS:
            send_members(session, self._world, data)
        elif op not in (PRESENCE, VOICE):
            self._wrong(connection, 4001, f"unknown op {op}")

    def _wrong(self, connection: Connection, code: int, what: str) -> None:
        self._world.violations.record("gateway", f"closed with {code}: {what}")
        connection.close(code)

    def _beat(self, connection: Connection, seq: int | None) -> None:
        connection.beats += 1
        connection.last_beat = seq
        if self.acks:
            connection.push(ACK)
        self._world.changes.tell()

    def _identify(self, connection: Connection, data: dict[str, Any]) -> None:
        intents, (shard, shards) = data.get("intents", 0), data.get("shard", (0, 1))
        if data.get("token") != self._world.token:
            connection.close(4004)
        elif not 0 <= shard < shards:
            self._wrong(connection, 4010, f"shard {shard} of {shards}")
        elif intents & ~_ALL_INTENTS:
            self._wrong(connection, 4013, f"intents {intents}")
        elif intents & PRIVILEGED & ~self._world.approved:
            connection.close(4014)
        else:
            session = Session(Viewer(self._world.bot, intents, shard, shards))
            session.connection = connection
            self.sessions.append(session)
            greet(session, self._world, self.url)
            self.identifies += 1
            self._world.changes.tell()

    def _resume(self, connection: Connection, data: dict[str, Any]) -> None:
        session = next((s for s in self.sessions if s.id == data.get("session_id")), None)
        if data.get("token") != self._world.token:
            connection.close(4004)
        elif session is None or not session.valid or not session.has_since(data["seq"]):
            connection.push(INVALID, False)
        elif data["seq"] > session.seq:
            self._wrong(connection, 4007, f"resumed at {data['seq']} of {session.seq}")
        else:
            if session.connection is not None:
                session.connection.abort()  # a session has one connection
            session.connection = connection
            session.replay(after=data["seq"])
            session.send("RESUMED", {})
            self.resumes += 1
            self._world.changes.tell()

    def _lost(self, connection: Connection, code: int | None) -> None:
        self.close_codes.append(code)
        for session in self.sessions:
            if session.connection is connection:
                session.connection = None
                # a client that closes with 1000 or 1001 gives up its session
                given_up = connection.closed_with is None and code in (1000, 1001)
                session.valid = session.valid and not given_up
        self._world.changes.tell()

    @staticmethod
    def _of(session: Session) -> Connection:
        assert session.connection is not None
        return session.connection
