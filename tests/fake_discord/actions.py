"""Actions of users: they write, use commands and press buttons. Tests call these methods."""

from collections.abc import Callable
from typing import Any, TypeVar

from discord import Permissions

from tests.fake_discord.commands import menu_data, slash_data
from tests.fake_discord.interactions import (
    AUTOCOMPLETE,
    CHOICES,
    COMMAND,
    COMPONENT,
    SUBMIT,
    Interactions,
    Invocation,
)
from tests.fake_discord.messages import REPLY, Message, all_components
from tests.fake_discord.people import EVERYONE, Member, Role, User
from tests.fake_discord.places import Channel, Guild, Overwrite
from tests.fake_discord.world import World
from tests.hang_guard import HANG_S

_Found = TypeVar("_Found")


class Acting:
    """The users' side of the fake. A user who acts in a server without being a member joins it
    first."""

    def __init__(self, world: World, interactions: Interactions) -> None:
        self.world = world
        self.interactions = interactions
        # by channel id, the last message that next_message returned
        self._taken: dict[int, int] = {}

    # --- people and places

    def user(self, name: str = "Ann", *, bot: bool = False) -> User:
        return self.world.user(name, bot=bot)

    def guild(
        self,
        name: str = "Harbour",
        *,
        owner: User | None = None,
        bot_permissions: Permissions = EVERYONE,
    ) -> Guild:
        """Create a server with the bot and one channel, `guild.general`."""
        return self.world.guild(name, owner or self.world.user(f"{name}Owner"), bot_permissions)

    def channel(self, guild: Guild, name: str, *overwrites: Overwrite) -> Channel:
        return self.world.channel(guild, name, overwrites)

    def role(self, guild: Guild, name: str, **permissions: bool) -> Role:
        return self.world.role(guild, name, Permissions(**permissions))

    def join(self, guild: Guild, user: User, *roles: Role) -> Member:
        return self.world.join(guild, user, list(roles))

    def thread(
        self, channel: Channel, name: str, user: User, start: Message | None = None
    ) -> Channel:
        return self.world.thread(channel, name, user, start)

    def dm(self, user: User) -> Channel:
        return self.world.dm(user)

    # --- messages

    async def say(
        self,
        user: User,
        channel: Channel,
        text: str,
        *,
        mention_bot: bool = False,
        reply_to: Message | None = None,
        ping: bool = True,
        **more: Any,
    ) -> Message:
        """Post a message by the user. `mention_bot` puts a mention before the text. A reply
        mentions the author it answers unless `ping` is False, like the @ toggle in Discord's app.
        `more` holds further message fields, such as embeds."""
        self._come_in(user, channel)
        text = f"{self.world.bot.mention} {text}" if mention_bot else text
        message = Message(self.world.ids.next(), channel, user, text, **more)
        self.world.name_people(message)
        may_all = channel.permissions(user).mention_everyone
        message.mention_everyone = may_all and ("@everyone" in text or "@here" in text)
        if reply_to is not None:
            message.type, message.referenced = REPLY, reply_to
            message.reference = {
                "type": 0,
                "message_id": str(reply_to.id),
                "channel_id": str(channel.id),
            } | ({"guild_id": str(channel.guild.id)} if channel.guild else {})
            if ping and reply_to.author not in message.mentions:
                message.mentions.append(reply_to.author)
        return self.world.post(message)

    async def forward(self, user: User, channel: Channel, message: Message) -> Message:
        """Forward a message to a channel. The new message has no text of its own."""
        self._come_in(user, channel)
        reference = {
            "type": 1,
            "message_id": str(message.id),
            "channel_id": str(message.channel.id),
        }
        sent = Message(self.world.ids.next(), channel, user, forwarded=message, reference=reference)
        return self.world.post(sent)

    def edit(self, message: Message, text: str) -> Message:
        message.content = text
        self.world.name_people(message)
        return self.world.edited(message)

    def delete(self, message: Message) -> None:
        self.world.delete(message)

    def messages(self, channel: Channel) -> list[Message]:
        """Return the messages that everyone in the channel sees, oldest first."""
        return self.world.history(channel)

    def tidy(self, keep: int = 1000) -> None:
        """Forget all but the latest messages and interactions, for tests that make thousands."""
        everything: list[dict[Any, Any]] = [
            self.world.messages,
            self.interactions.by_id,
            self.interactions.by_token,
        ]
        for kept in everything:
            for old in list(kept)[: max(len(kept) - keep, 0)]:
                del kept[old]

    async def next_message(self, channel: Channel, within: float = HANG_S) -> Message:
        """Wait for the bot's next message in the channel and return it, each message once. Answers
        to commands are not included: those come through the invocation."""

        def found() -> Message | None:
            taken = self._taken.get(channel.id, 0)
            for message in self.world.messages.values():
                mine = message.author is self.world.bot and message.interaction is None
                if mine and message.channel is channel and message.id > taken:
                    return message
            return None

        message = await self.until(found, f"a message in {channel.name}", within)
        self._taken[channel.id] = message.id
        return message

    async def until(
        self,
        probe: Callable[[], _Found | None],
        what: str = "what was awaited",
        within: float = HANG_S,
    ) -> _Found:
        """Return the first true value of `probe()`, which is called again after every change.
        Raises AssertionError after `within` seconds."""
        return await self.world.changes.until(probe, what, within)

    # --- commands, buttons, forms

    async def slash(
        self,
        user: User,
        name: str,
        options: dict[str, Any] | None = None,
        *,
        channel: Channel,
    ) -> Invocation:
        """Use a slash command. `name` includes its subcommands, separated by spaces. Raises
        LookupError if the bot has not registered it."""
        self._come_in(user, channel)
        data = slash_data(self.world, channel, name, options or {})
        return self.interactions.send(Invocation(self.world, COMMAND, user, channel, data))

    async def autocomplete(
        self,
        user: User,
        name: str,
        options: dict[str, Any],
        focused: str,
        *,
        channel: Channel,
        within: float = HANG_S,
    ) -> list[dict[str, Any]]:
        """Return the choices that the bot offers while the user types into the option `focused`."""
        self._come_in(user, channel)
        data = slash_data(self.world, channel, name, options, focused)
        asked = self.interactions.send(Invocation(self.world, AUTOCOMPLETE, user, channel, data))
        assert await asked.acknowledged(within) == CHOICES
        return asked.choices

    async def context_menu(self, user: User, name: str, message: Message) -> Invocation:
        self._come_in(user, message.channel)
        data = menu_data(self.world, message.channel, name, message)
        return self.interactions.send(Invocation(self.world, COMMAND, user, message.channel, data))

    async def click(self, message: Message, button: str, user: User) -> Invocation:
        """Press a button, named by its custom id or its label. Raises LookupError if the message
        has no such button or it is disabled."""
        self._can_see(user, message)
        fits = [
            each for each in message.buttons if button in (each.get("custom_id"), each.get("label"))
        ]
        if not fits:
            shown = [each.get("label") or each.get("custom_id") for each in message.buttons]
            raise LookupError(f"no button {button!r}; there are {shown}")
        if fits[0].get("disabled") or "custom_id" not in fits[0]:
            raise LookupError(f"the button {button!r} cannot be pressed")
        data = {"component_type": 2, "custom_id": fits[0]["custom_id"]}
        return self._on_message(message, user, data)

    async def forged_click(self, message: Message, custom_id: str, user: User) -> Invocation:
        """Press a button with an id that is not on the message, as a tampered client could."""
        return self._on_message(message, user, {"component_type": 2, "custom_id": custom_id})

    async def select(
        self, message: Message, custom_id: str, values: list[str], user: User
    ) -> Invocation:
        self._can_see(user, message)
        selects = [c for c in all_components(message.components) if c.get("custom_id") == custom_id]
        if not selects:
            raise LookupError(f"no select {custom_id!r}")
        data = {"component_type": selects[0]["type"], "custom_id": custom_id, "values": values}
        return self._on_message(message, user, data)

    async def pick(self, message: Message, value: str, user: User) -> Invocation:
        """Pick an option of a menu, named by its value. Raises LookupError if no menu of the
        message has it."""
        menus = [c for c in all_components(message.components) if c["type"] == 3]
        offered = {o["value"]: c["custom_id"] for c in menus for o in c["options"]}
        if value not in offered:
            raise LookupError(f"no option {value!r}; there are {list(offered)}")
        return await self.select(message, offered[value], [value], user)

    async def submit(self, opened: Invocation, values: dict[str, str]) -> Invocation:
        """Fill in and submit the form that this invocation opened; `values` by custom id."""
        modal = await opened.form()
        rows = []
        for row in modal["components"]:
            inner = [c for c in all_components([row]) if c.get("custom_id") in values]
            filled = [
                {"type": c["type"], "custom_id": c["custom_id"], "value": values[c["custom_id"]]}
                for c in inner
            ]
            if filled:
                key = "component" if row["type"] == 18 else "components"
                rows.append({"type": row["type"], key: filled[0] if row["type"] == 18 else filled})
        data = {"custom_id": modal["custom_id"], "components": rows}
        return self.interactions.send(
            Invocation(self.world, SUBMIT, opened.user, opened.channel, data, opened.source)
        )

    def _on_message(self, message: Message, user: User, data: dict[str, Any]) -> Invocation:
        self._come_in(user, message.channel)
        return self.interactions.send(
            Invocation(self.world, COMPONENT, user, message.channel, data, message)
        )

    def _come_in(self, user: User, channel: Channel) -> None:
        if channel.guild is not None and user.id not in channel.guild.members:
            self.world.join(channel.guild, user, [])

    @staticmethod
    def _can_see(user: User, message: Message) -> None:
        if message.deleted or message.seen_by not in (None, user):
            raise LookupError(f"{user.name} does not see this message")
