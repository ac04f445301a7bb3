"""A bot's gateway sessions, which outlive their sockets."""

import secrets
from collections import deque
from typing import Any

from tests.fake_discord.connection import DISPATCH, Connection
from tests.fake_discord.visibility import Viewer
from tests.fake_discord.world import World

_REPLAYED = 1000  # events that a session keeps for RESUME


class Session:
    """A session that keeps the latest events, so that RESUME can replay those a lost socket
    missed."""

    def __init__(self, viewer: Viewer) -> None:
        self.id, self.viewer = secrets.token_hex(8), viewer
        self.connection: Connection | None = None
        self.valid = True
        self.seq = 0
        self._kept: deque[tuple[int, str, Any]] = deque(maxlen=_REPLAYED)

    def send(self, event: str, payload: Any) -> None:
        self.seq += 1
        self._kept.append((self.seq, event, payload))
        if self.connection is not None:
            self.connection.push(DISPATCH, payload, event, self.seq)

    def has_since(self, seq: int) -> bool:
        return self.seq - seq <= len(self._kept)

    def replay(self, after: int) -> None:
        assert self.connection is not None
        for number, event, payload in self._kept:
            if number > after:
                self.connection.push(DISPATCH, payload, event, number)


def greet(session: Session, world: World, gateway_url: str) -> None:
    """Send READY, which only announces the servers, and then a GUILD_CREATE for each."""
    guilds = [g for g in world.guilds.values() if session.viewer.gets("GUILD_CREATE", g)]
    session.send(
        "READY",
        {
            "v": 10,
            "user": {**world.bot.payload(), "verified": True, "mfa_enabled": False},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": gateway_url,
            "shard": [session.viewer.shard, session.viewer.shards],
            "application": {"id": str(world.application_id), "flags": 0},
        },
    )
    for guild in guilds:
        session.send("GUILD_CREATE", guild.create_payload(session.viewer.members(guild)))


def send_members(session: Session, world: World, asked: dict[str, Any]) -> None:
    guild = world.guilds[int(asked["guild_id"])]
    wanted = asked.get("user_ids")
    members = [
        member
        for member in guild.members.values()
        if wanted is None or str(member.user.id) in {str(each) for each in wanted}
    ]
    session.send(
        "GUILD_MEMBERS_CHUNK",
        {
            "guild_id": str(guild.id),
            "members": [member.payload() for member in members],
            "chunk_index": 0,
            "chunk_count": 1,
            "nonce": asked.get("nonce"),
        },
    )
