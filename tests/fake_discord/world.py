"""The state of this Discord: the bot, servers, users, messages. It sends each change to the
gateway."""

from datetime import UTC, datetime
from typing import Any, Protocol

from discord import Permissions

from tests.fake_discord.changes import Changes
from tests.fake_discord.errors import Violations
from tests.fake_discord.messages import Message, named_in
from tests.fake_discord.people import EVERYONE, Member, Role, User
from tests.fake_discord.places import DM, PUBLIC_THREAD, TEXT, Channel, Guild, Overwrite
from tests.fake_discord.snowflakes import Clock, Snowflakes
from tests.fake_discord.visibility import MESSAGE_CONTENT, message_event


class Telling(Protocol):
    def __call__(self, event: str, payload: Any, place: Guild | Channel | None = None) -> None: ...


class World:
    """The state and the source of ids. `approved` holds the bot's privileged intents in the
    developer portal, none by default. `interim` holds how messages begin that an
    answer replaces."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.interim: tuple[str, ...] = ()
        self.approved = 0
        self.shards = 1
        self.clock, self.ids = Clock(), Snowflakes()
        self.changes, self.violations = Changes(), Violations()
        self.bot = User(self.ids.next(), "Dealbot", bot=True)
        self.application_id = self.bot.id
        self.developer = User(self.ids.next(), "Developer")
        self.users: dict[int, User] = {u.id: u for u in (self.bot, self.developer)}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.messages: dict[int, Message] = {}
        self.commands: dict[int | None, list[dict[str, Any]]] = {None: []}
        self.syncs = 0
        self.typed: list[Channel] = []
        self.tell: Telling = lambda event, payload, place=None: None

    # --- people and places

    def user(self, name: str, *, bot: bool = False) -> User:
        user = User(self.ids.next(), name, bot)
        self.users[user.id] = user
        return user

    def guild(self, name: str, owner: User, bot_permissions: Permissions) -> Guild:
        """Create a server with the bot, in a role of its own, and one channel, "general"."""
        guild_id = self.ids.next()
        everyone = Role(guild_id, "@everyone", Permissions(EVERYONE.value), 0)
        guild = Guild(guild_id, name, owner, everyone)
        own = Role(self.ids.next(), self.bot.name, bot_permissions)
        guild.roles.append(own)
        guild.members = {owner.id: Member(owner), self.bot.id: Member(self.bot, [own])}
        self.channel(guild, "general", announce=False)
        self.guilds[guild_id] = guild
        self.tell("GUILD_CREATE", lambda viewer: guild.create_payload(viewer.members(guild)), guild)
        return guild

    def remove_guild(self, guild: Guild) -> None:
        del self.guilds[guild.id]
        self.tell("GUILD_DELETE", {"id": str(guild.id)}, guild)

    def role(self, guild: Guild, name: str, permissions: Permissions) -> Role:
        role = Role(self.ids.next(), name, permissions, len(guild.roles) + 1)
        guild.roles.append(role)
        self.tell("GUILD_ROLE_CREATE", {"guild_id": str(guild.id), "role": role.payload()}, guild)
        return role

    def join(self, guild: Guild, user: User, roles: list[Role]) -> Member:
        member = guild.members[user.id] = Member(user, roles)
        self.tell("GUILD_MEMBER_ADD", {**member.payload(), "guild_id": str(guild.id)}, guild)
        return member

    def channel(
        self,
        guild: Guild,
        name: str,
        overwrites: tuple[Overwrite, ...] = (),
        *,
        announce: bool = True,
    ) -> Channel:
        channel = Channel(self.ids.next(), name, TEXT, guild, overwrites=list(overwrites))
        self.channels[channel.id] = channel
        guild.channels.append(channel)
        if announce:
            self.tell("CHANNEL_CREATE", channel.payload(), guild)
        return channel

    def remove_channel(self, channel: Channel) -> None:
        del self.channels[channel.id]
        assert channel.guild is not None
        payload = channel.payload()
        channel.guild.channels.remove(channel)
        event = "CHANNEL_DELETE" if channel.parent is None else "THREAD_DELETE"
        self.tell(event, payload, channel.guild)

    def thread(
        self, parent: Channel, name: str, owner: User, start: Message | None = None
    ) -> Channel:
        """Create a thread. A thread that starts from a message has the message's id."""
        thread_id = start.id if start else self.ids.next()
        thread = Channel(thread_id, name, PUBLIC_THREAD, parent.guild, parent, owner)
        self.channels[thread_id] = thread
        assert parent.guild is not None
        parent.guild.channels.append(thread)
        if start is not None:
            start.thread = thread
        self.tell("THREAD_CREATE", {**thread.payload(), "newly_created": True}, parent.guild)
        return thread

    def dm(self, user: User) -> Channel:
        for channel in self.channels.values():
            if channel.type == DM and user in channel.recipients:
                return channel
        channel = Channel(self.ids.next(), user.name, DM, recipients=[user])
        self.channels[channel.id] = channel
        return channel

    # --- messages

    def post(self, message: Message) -> Message:
        self.messages[message.id] = message
        if message.seen_by is None:
            self.tell("MESSAGE_CREATE", message_event(message), message.channel)
        self.changes.tell()
        return message

    def edited(self, message: Message) -> Message:
        message.edited = datetime.now(UTC)
        message.edits += 1
        if message.seen_by is None:
            self.tell("MESSAGE_UPDATE", message_event(message), message.channel)
        self.changes.tell()
        return message

    def delete(self, message: Message) -> None:
        message.deleted = True
        del self.messages[message.id]
        payload = {"id": str(message.id), "channel_id": str(message.channel.id)}
        if message.channel.guild is not None:
            payload["guild_id"] = str(message.channel.guild.id)
        if message.seen_by is None:
            self.tell("MESSAGE_DELETE", payload, message.channel)
        self.changes.tell()

    def history(self, channel: Channel) -> list[Message]:
        """Return the messages that everyone in the channel sees, oldest first."""
        return [m for m in self.messages.values() if m.channel is channel and m.seen_by is None]

    def name_people(self, message: Message) -> None:
        """Set the mentions that the message shows, whether they ping or not."""
        named = named_in(message.content)
        message.mentions = [self.users[each] for each in named.users if each in self.users]
        roles = message.channel.guild.roles if message.channel.guild else []
        message.mention_roles = [role for role in roles if role.id in named.roles]
        message.mention_everyone = False

    def hides_content(self) -> bool:
        """True if REST hides the content of others' messages: REST follows the intents that the
        portal approved."""
        return not self.approved & MESSAGE_CONTENT
