"""The connection to Discord, and what everything that answers there reaches through it."""

import asyncio
import time
from collections import OrderedDict
from typing import Literal

import discord
from discord import app_commands
from discord.backoff import ExponentialBackoff

from bot.discord.overload import TurningAway
from bot.discord.paced_socket import PacedSocket
from bot.discord.runtime import Office
from bot.requests.handler import Asker

LONGEST_PAUSE_S = 60.0
_REMEMBERED = 1_000  # messages and channels
# A channel that turned us away is tried again so often: a thousand of them are a tenth of the
# requests for which Discord bans.
_MUTE_S = 600.0
_RESUMES = 8  # within two minutes, about as long as Discord keeps a session


class _Pauses(ExponentialBackoff[Literal[False]]):
    """Between the attempts to connect. The library's own grow to 17 minutes, so that a bot would
    be away long after Discord is back."""

    def delay(self) -> float:
        return min(super().delay(), LONGEST_PAUSE_S)


class _Shard(discord.shard.Shard):
    """Resumes its session also where a connect has failed. The library then begins a new one, for
    which Discord repeats nothing: what was asked meanwhile would get no answer."""

    _failed = 0

    async def reconnect(self) -> None:
        self._failed += 1
        if self._failed > _RESUMES:  # the address to resume at may be gone for good
            await super().reconnect()
        else:
            await self.reidentify(discord.gateway.ReconnectWebSocket(self.id))

    def launch(self) -> None:
        self._failed = 0
        super().launch()


discord.shard.ExponentialBackoff = _Pauses  # type: ignore[assignment,attr-defined]
discord.shard.Shard = _Shard  # type: ignore[misc]
discord.shard.DiscordWebSocket = PacedSocket  # type: ignore[misc]
# Nobody speaks here: that what it takes is not installed is nothing to warn of.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


class DealbotClient(discord.AutoShardedClient):
    """Asks Discord how many shards it needs. No privileged intent; nothing it sends can ping."""

    def __init__(self, office: Office, *, ready_timeout_s: float = 2.0) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            guild_ready_timeout=ready_timeout_s,
        )
        self.office = office
        self.tree: app_commands.CommandTree[DealbotClient] = app_commands.CommandTree(self)
        self.background: set[asyncio.Task[None]] = set()
        self.rendering = asyncio.Lock()
        self.turning_away = TurningAway()
        self._seen = _Remembered()
        self._mute = _Remembered()

    async def on_shard_connect(self, shard: int) -> None:
        self.office.gateway.up(shard, self.shard_count or 1)

    on_shard_resumed = on_shard_connect

    async def on_shard_disconnect(self, shard: int) -> None:
        self.office.gateway.down(shard)

    async def close(self) -> None:
        for task in self.background:
            task.cancel()
        self.turning_away.close()
        await super().close()

    def first_sight(self, message_id: int) -> bool:
        """False for a message that the gateway has sent before: a resumed session repeats some."""
        return self._seen.add(message_id)

    def may_not_speak(self, channel_id: int) -> None:
        """Remembers a channel that has no place for us: Discord bans who goes on trying."""
        self._mute.pop(channel_id, None)
        self._mute.add(channel_id)

    def is_mute_in(self, channel_id: int) -> bool:
        since = self._mute.get(channel_id)
        return since is not None and time.monotonic() - since < _MUTE_S


class _Remembered(OrderedDict[int, float]):
    """The ids that were added last, and when."""

    def add(self, id_: int) -> bool:
        """Whether it was not there."""
        if id_ in self:
            return False
        self[id_] = time.monotonic()
        if len(self) > _REMEMBERED:
            self.popitem(last=False)
        return True


Interaction = discord.Interaction[DealbotClient]


def asker_of(interaction: Interaction) -> Asker:
    return Asker(interaction.user.id, interaction.channel_id or 0, interaction.guild_id)
