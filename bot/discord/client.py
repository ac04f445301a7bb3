"""The Discord client and the state that commands, buttons and messages share through it."""

import asyncio
import time
from collections import OrderedDict
from contextlib import suppress
from typing import Literal

import discord
from discord import app_commands
from discord.backoff import ExponentialBackoff

from bot.discord.overload import RefusalQueue
from bot.discord.paced_socket import PacedSocket
from bot.discord.runtime import Runtime
from bot.discord.shard_keeper import ShardKeeper
from bot.discord.user_locales import UserLocales
from bot.domain.claims import Check
from bot.requests.handler import Asker
from bot.store.recent import Recent

LONGEST_PAUSE_S = 60.0
_CHECKS = 200  # checked texts whose pages can be turned: a few MB
_EDITS = 500  # messages edited while they may be being answered
_REMEMBERED = 1_000  # ids of messages, and as many of channels
# Seconds until a channel that refused a message is tried again. A thousand such channels cause a
# tenth of the failed requests for which Discord bans.
_MUTE_S = 600.0
_RESUMES = 8  # take about two minutes, as long as Discord keeps a session


class Pauses(ExponentialBackoff[Literal[False]]):
    """Backoff between connection attempts, at most 60 seconds. The library's own backoff grows to
    17 minutes, so the bot would stay away long after Discord is back."""

    def delay(self) -> float:
        return min(super().delay(), LONGEST_PAUSE_S)


class Shard(discord.shard.Shard):
    """Shard that resumes its session also after a failed connect. The library would start a new
    session, for which Discord repeats no events; questions asked meanwhile would get no answer."""

    _failed = 0
    _dropped = False

    async def drop(self) -> None:
        """Read no event from now on, and close the connection such that another process can resume
        the session."""
        self._dropped = True
        self._cancel_task()
        with suppress(*self._handled_exceptions):
            await self.ws.close()

    async def reidentify(self, exc: discord.gateway.ReconnectWebSocket) -> None:
        if not self._dropped:
            await super().reidentify(exc)

    async def reconnect(self) -> None:
        if self._dropped:
            return
        self._failed += 1
        if self._failed > _RESUMES:  # the resume address may be gone permanently
            await super().reconnect()
        else:
            await self.reidentify(discord.gateway.ReconnectWebSocket(self.id))

    def launch(self) -> None:
        self._failed = 0
        if self._dropped:  # while it reconnected
            self._task = asyncio.create_task(self.drop())
        else:
            super().launch()


discord.shard.ExponentialBackoff = Pauses  # type: ignore[assignment,attr-defined]
discord.shard.Shard = Shard  # type: ignore[misc]
discord.shard.DiscordWebSocket = PacedSocket  # type: ignore[misc]
# The bot uses no voice channels, so missing voice packages need no warning.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


class DealbotClient(discord.AutoShardedClient):
    """Client that uses as many shards as Discord recommends, or those that this process holds if
    several share them. It has no privileged intent, and nothing that it sends can ping."""

    def __init__(self, runtime: Runtime, *, ready_timeout_s: float = 2.0) -> None:
        member = runtime.cluster
        super().__init__(
            shard_count=member.shards.count if member else None,
            shard_ids=list(member.shards.ids) if member else None,  # type: ignore[arg-type]
            intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            guild_ready_timeout=ready_timeout_s,
        )
        self.runtime = runtime
        self.connections: ShardKeeper | None = None
        self.tree: app_commands.CommandTree[DealbotClient] = app_commands.CommandTree(self)
        self.background: set[asyncio.Task[None]] = set()
        self.rendering = asyncio.Lock()
        self.refusal_queue = RefusalQueue()
        self.locales = UserLocales()
        self.checks = Recent[Check](_CHECKS)
        self.shared_checks = Recent[bool](_CHECKS)
        self.edits = Recent[discord.Message](_EDITS)
        self._seen = _Remembered()
        self._mute = _Remembered()
        self._deleted = _Remembered()

    async def launch_shards(self) -> None:
        """Connect all shards, or begin to hold those that the leases give to this process."""
        if self.connections is None:
            await super().launch_shards()
            return
        self._connection.shard_count = self.shard_count
        self._connection.shard_ids = self.shard_ids or []
        self.background.add(asyncio.create_task(self.connections.keep(), name="shards"))

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait until Discord accepts a new session."""
        if self.connections is None or shard_id is None:
            await super().before_identify_hook(shard_id, initial=initial)
        else:
            await self.connections.await_turn(shard_id)

    async def on_shard_connect(self, shard: int) -> None:
        self.runtime.gateway.up(shard, self.shard_count or 1)
        if self.connections:
            self.connections.up(shard)
        if self.runtime.cluster:
            self.runtime.cluster.store_sessions()

    on_shard_resumed = on_shard_connect

    async def on_shard_disconnect(self, shard: int) -> None:
        self.runtime.gateway.down(shard)
        if self.connections:
            self.connections.down(shard)

    async def close(self) -> None:
        for task in self.background:
            task.cancel()
        self.refusal_queue.close()
        if self.connections:
            await self.connections.end()
        await super().close()

    def first_sight(self, message_id: int) -> bool:
        """Record a message id and return True if it is new. A resumed session repeats some
        messages; for those return False."""
        return self._seen.add(message_id)

    def record_deletion(self, message_id: int) -> None:
        """Remember a deleted message: its answer may still be on its way."""
        self._deleted.add(message_id)

    def was_deleted(self, message_id: int) -> bool:
        return message_id in self._deleted

    def may_not_speak(self, channel_id: int) -> None:
        """Remember a channel that refuses the bot's messages. Discord bans clients that keep
        trying."""
        self._mute.pop(channel_id, None)
        self._mute.add(channel_id)

    def is_mute_in(self, channel_id: int) -> bool:
        since = self._mute.get(channel_id)
        return since is not None and time.monotonic() - since < _MUTE_S


class _Remembered(OrderedDict[int, float]):
    """The last 1,000 ids added, each with its monotonic time in seconds."""

    def add(self, id_: int) -> bool:
        """Add an id and return True; return False if it is already there."""
        if id_ in self:
            return False
        self[id_] = time.monotonic()
        if len(self) > _REMEMBERED:
            self.popitem(last=False)
        return True


Interaction = discord.Interaction[DealbotClient]


def asker_of(interaction: Interaction) -> Asker:
    return Asker(interaction.user.id, interaction.channel_id or 0, interaction.guild_id)
