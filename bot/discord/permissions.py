"""Permission checks, made when an action runs. The permissions registered with Discord are only a
hint."""

import discord

from bot.discord.client import DealbotClient, Interaction
from bot.domain.errors import NotAllowedError
from bot.store.receipts import StoredReceipt
from bot.store.settings import ServerSettings
from prompts import text as prompt_text

_NAMED_CHANNELS = 10


def check_place(settings: ServerSettings, channel: object, user: discord.abc.User) -> None:
    """Raise NotAllowedError if the server's admins do not allow questions in this channel or from
    this user."""
    if not may_ask_in(settings, channel):
        places = " ".join(f"<#{channel}>" for channel in settings.channels[:_NAMED_CHANNELS])
        raise NotAllowedError(prompt_text("refusals.other_channels", channels=places))
    if settings.roles and _roles(user).isdisjoint(settings.roles):
        raise NotAllowedError(prompt_text("refusals.roles"))


def check_here(interaction: Interaction) -> ServerSettings:
    """Return the settings of the server, or the defaults outside of servers. Raises NotAllowedError
    if the user may not ask here, and UnreadableSettingsError."""
    if interaction.guild_id is None:
        return ServerSettings()
    settings = interaction.client.runtime.store.settings.get(interaction.guild_id)
    check_place(settings, interaction.channel, interaction.user)
    return settings


def may_ask_in(settings: ServerSettings, channel: object) -> bool:
    """Return whether the settings allow questions in a channel. A thread follows its parent
    channel."""
    if not settings.channels:
        return True
    parent = getattr(channel, "parent_id", None)
    return bool({getattr(channel, "id", None), parent} & set(settings.channels))


def check_can_reply(client: DealbotClient, message: discord.Message) -> None:
    """Raise NotAllowedError if Discord would refuse a reply to the message; it bans clients that
    keep trying. Raise nothing if the permissions are unknown."""
    channel, guild = message.channel, message.guild
    if client.is_mute_in(channel.id):
        raise NotAllowedError(prompt_text("refusals.not_there"))
    if guild is None or not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        return
    try:
        mine = channel.permissions_for(guild.me)
    except discord.ClientException:  # a thread whose channel the bot has never seen
        return
    in_thread = isinstance(channel, discord.Thread)
    needed = {
        "Send Messages": mine.send_messages_in_threads if in_thread else mine.send_messages,
        "Embed Links": mine.embed_links,
        "Read Message History": mine.read_message_history,
    }
    if missing := [name for name, granted in needed.items() if not granted]:
        raise _missing(channel.id, missing)


def check_can_post(channel: discord.TextChannel) -> None:
    """Raise NotAllowedError if Discord would refuse a post with an embed in the channel."""
    mine = channel.permissions_for(channel.guild.me)
    needed = {
        "View Channel": mine.view_channel,
        "Send Messages": mine.send_messages,
        "Embed Links": mine.embed_links,
    }
    if missing := [name for name, granted in needed.items() if not granted]:
        raise _missing(channel.id, missing)


def _missing(channel: int, permissions: list[str]) -> NotAllowedError:
    return NotAllowedError(
        prompt_text(
            "refusals.permission_missing",
            channel=f"<#{channel}>",
            permissions=", ".join(permissions),
        )
    )


def may_react(client: DealbotClient, message: discord.Message) -> bool:
    """Return whether the bot may react to the message. Return False if the permissions are unknown,
    because a reaction is not worth a refused request."""
    channel, guild = message.channel, message.guild
    if guild is None or not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        return False
    try:
        mine = channel.permissions_for(guild.me)
    except discord.ClientException:  # as in `check_voice`
        return False
    allowed = mine.add_reactions and mine.read_message_history
    return allowed and not client.is_mute_in(channel.id)


def may_delete(interaction: Interaction, kept: StoredReceipt) -> bool:
    """Return whether the user may delete the answer: its asker, or a user who may manage
    messages."""
    asked = interaction.client.runtime.store.asker(interaction.user.id) == kept.asker
    return asked or interaction.permissions.manage_messages


async def check_server_admin(interaction: Interaction) -> int:
    """Return the server's id if the user may change its settings. Raises NotAllowedError otherwise,
    and outside a server."""
    if interaction.guild_id is None:
        raise NotAllowedError(prompt_text("refusals.server_only"))
    # Read the settings last: if they are unreadable, an admin must still be able to replace them.
    if not (
        interaction.permissions.manage_guild
        or await is_operator(interaction.client, interaction.user)
        or _is_named_admin(interaction, interaction.guild_id)
    ):
        raise NotAllowedError(prompt_text("refusals.admins_only"))
    return interaction.guild_id


def _is_named_admin(interaction: Interaction, guild: int) -> bool:
    settings = interaction.client.runtime.store.settings.get(guild)
    named = interaction.user.id in settings.admin_users
    return named or not _roles(interaction.user).isdisjoint(settings.admin_roles)


def channels_seen_by(user: discord.Member, guild: discord.Guild) -> list[int]:
    """Return the ids of the channels and public threads that the user can see. Private threads are
    left out, because only a request to Discord would show their members."""
    channels = [c for c in guild.channels if c.permissions_for(user).view_channel]
    seen = {channel.id for channel in channels}
    threads = [t for t in guild.threads if t.parent_id in seen and not t.is_private()]
    return [*seen, *(thread.id for thread in threads)]


async def check_operator(interaction: Interaction) -> None:
    """Raise NotAllowedError unless the user operates the bot. The index serves every server, so a
    server's admins may change it only if the bot is in no other server."""
    client = interaction.client
    if await is_operator(client, interaction.user):
        return
    # A process that holds some of the shards does not see all servers.
    sees_all = client.runtime.cluster is None
    if sees_all and len(client.guilds) == 1 and interaction.guild_id is not None:
        await check_server_admin(interaction)
        return
    raise NotAllowedError(prompt_text("refusals.operators_only"))


async def is_operator(client: DealbotClient, user: discord.abc.User) -> bool:
    settings = client.runtime.settings
    if user.id in settings.admin_users or not _roles(user).isdisjoint(settings.admin_roles):
        return True
    return user.id in await _owners(client)


async def _owners(client: DealbotClient) -> set[int]:
    application = client.application or await client.application_info()
    if application.team:
        return {member.id for member in application.team.members}
    return {application.owner.id}


def _roles(user: discord.abc.User) -> set[int]:
    """Return the ids of a user's roles. `Member.roles` leaves out the roles of a server that is not
    fetched yet."""
    return {*user._roles, user.guild.id} if isinstance(user, discord.Member) else set()
