"""Visibility of events and content, by the intents that the bot requested."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fake_discord.messages import Message
from tests.fake_discord.people import Member, User
from tests.fake_discord.places import Channel, Guild

GUILDS, GUILD_MEMBERS, PRESENCES = 1 << 0, 1 << 1, 1 << 8
GUILD_MESSAGES, GUILD_TYPING, DM_MESSAGES = 1 << 9, 1 << 11, 1 << 12
MESSAGE_CONTENT = 1 << 15
PRIVILEGED = GUILD_MEMBERS | PRESENCES | MESSAGE_CONTENT

_NEEDS = {
    "GUILD_CREATE": GUILDS,
    "GUILD_DELETE": GUILDS,
    "GUILD_ROLE_CREATE": GUILDS,
    "CHANNEL_CREATE": GUILDS,
    "CHANNEL_DELETE": GUILDS,
    "THREAD_CREATE": GUILDS,
    "THREAD_DELETE": GUILDS,
    "GUILD_MEMBER_ADD": GUILD_MEMBERS,
    "MESSAGE_CREATE": GUILD_MESSAGES,
    "MESSAGE_UPDATE": GUILD_MESSAGES,
    "MESSAGE_DELETE": GUILD_MESSAGES,
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """One connection of the bot, with its intents and shard."""

    bot: User
    intents: int
    shard: int = 0
    shards: int = 1

    def gets(self, event: str, place: Guild | Channel | None) -> bool:
        guild = place.guild if isinstance(place, Channel) else place
        if not self._is_mine(guild):
            return False
        if isinstance(place, Channel) and not place.permissions(self.bot).view_channel:
            return event == "INTERACTION_CREATE"
        needs = _NEEDS.get(event, 0)
        if guild is None and needs == GUILD_MESSAGES:
            needs = DM_MESSAGES
        return self.intents & needs == needs

    def _is_mine(self, guild: Guild | None) -> bool:
        number = 0 if guild is None else (guild.id >> 22) % self.shards
        return number == self.shard

    def members(self, guild: Guild) -> list[Member]:
        """Return the visible members: without the members intent only the bot itself."""
        if self.intents & GUILD_MEMBERS:
            return list(guild.members.values())
        return [guild.members[self.bot.id]]


Payload = Any | Callable[[Viewer], Any]


def message_event(message: Message) -> Callable[[Viewer], dict[str, Any]]:
    def of(viewer: Viewer) -> dict[str, Any]:
        body = seen_message(message, viewer.bot, hidden=not viewer.intents & MESSAGE_CONTENT)
        guild = message.channel.guild
        if guild is None:
            return body
        body["guild_id"] = str(guild.id)
        if message.author.id in guild.members:
            body["member"] = guild.members[message.author.id].payload(with_user=False)
        for user, mentioned in zip(message.mentions, body["mentions"], strict=True):
            if user.id in guild.members:
                mentioned["member"] = guild.members[user.id].payload(with_user=False)
        return body

    return of


def seen_message(message: Message, bot: User, *, hidden: bool) -> dict[str, Any]:
    """Build the payload that the bot sees. Hidden content is still shown if the bot wrote the
    message or is mentioned in it, and in a DM."""
    body = message.payload(with_content=not hidden or _shown(message, bot))
    replied = message.referenced
    if body.get("referenced_message") and replied is not None:
        body["referenced_message"] = replied.payload(
            with_content=not hidden or _shown(replied, bot), nested=False
        )
    return body


def _shown(message: Message, bot: User) -> bool:
    return message.author is bot or bot in message.mentions or message.channel.guild is None
