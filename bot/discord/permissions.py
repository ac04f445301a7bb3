"""Who may do what, decided when it is done: what Discord was told of a command is but a hint."""

import discord

from bot.discord.client import DealbotClient, Interaction
from bot.domain.errors import NotAllowedError
from bot.store.receipts import Kept
from bot.store.settings import ServerSettings
from prompts import text as prompt_text

_NAMED_CHANNELS = 10


def check_place(settings: ServerSettings, channel: object, user: discord.abc.User) -> None:
    """Raises NotAllowedError where the server's admins let nobody ask, or not this person."""
    if not may_ask_in(settings, channel):
        places = " ".join(f"<#{channel}>" for channel in settings.channels[:_NAMED_CHANNELS])
        raise NotAllowedError(prompt_text("refusals.other_channels", channels=places))
    if settings.roles and _roles(user).isdisjoint(settings.roles):
        raise NotAllowedError(prompt_text("refusals.roles"))


def may_ask_in(settings: ServerSettings, channel: object) -> bool:
    """A thread is as open as the channel that it is in."""
    if not settings.channels:
        return True
    parent = getattr(channel, "parent_id", None)
    return bool({getattr(channel, "id", None), parent} & set(settings.channels))


def check_voice(client: DealbotClient, message: discord.Message) -> None:
    """Raises NotAllowedError where a reply to the message would be turned away: Discord bans who
    goes on trying. What is not known is tried."""
    channel, guild = message.channel, message.guild
    if client.is_mute_in(channel.id):
        raise NotAllowedError(prompt_text("refusals.not_there"))
    if guild is None or not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        return
    try:
        mine = channel.permissions_for(guild.me)
    except discord.ClientException:  # a thread of a channel that was never shown to us
        return
    in_thread = isinstance(channel, discord.Thread)
    needed = {
        "Send Messages": mine.send_messages_in_threads if in_thread else mine.send_messages,
        "Embed Links": mine.embed_links,
        "Read Message History": mine.read_message_history,
    }
    if missing := [name for name, granted in needed.items() if not granted]:
        raise NotAllowedError(
            prompt_text(
                "refusals.permission_missing",
                channel=f"<#{channel.id}>",
                permissions=", ".join(missing),
            )
        )


def may_react(client: DealbotClient, message: discord.Message) -> bool:
    """Where it is not known, no: a reaction is not worth being turned away for."""
    channel, guild = message.channel, message.guild
    if guild is None or not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        return False
    try:
        mine = channel.permissions_for(guild.me)
    except discord.ClientException:  # see above
        return False
    allowed = mine.add_reactions and mine.read_message_history
    return allowed and not client.is_mute_in(channel.id)


def may_delete(interaction: Interaction, kept: Kept) -> bool:
    """Who asked, and whoever may delete messages there."""
    asked = interaction.client.office.store.asker(interaction.user.id) == kept.asker
    return asked or interaction.permissions.manage_messages


async def check_server_admin(interaction: Interaction) -> int:
    """The server's id, for whoever may change its settings; else raises NotAllowedError."""
    if interaction.guild_id is None:
        raise NotAllowedError(prompt_text("refusals.server_only"))
    # The settings come last: who may set them anew must get here where they cannot be read.
    if not (
        interaction.permissions.manage_guild
        or await is_operator(interaction.client, interaction.user)
        or _is_named_admin(interaction, interaction.guild_id)
    ):
        raise NotAllowedError(prompt_text("refusals.admins_only"))
    return interaction.guild_id


def _is_named_admin(interaction: Interaction, guild: int) -> bool:
    settings = interaction.client.office.store.settings.get(guild)
    named = interaction.user.id in settings.admin_users
    return named or not _roles(interaction.user).isdisjoint(settings.admin_roles)


async def check_operator(interaction: Interaction) -> None:
    """Raises NotAllowedError but for whoever runs the bot. The index serves every server, so a
    server's admins may change it only where the bot is in no other."""
    client = interaction.client
    if await is_operator(client, interaction.user):
        return
    if len(client.guilds) == 1 and interaction.guild_id is not None:
        await check_server_admin(interaction)
        return
    raise NotAllowedError(prompt_text("refusals.operators_only"))


async def is_operator(client: DealbotClient, user: discord.abc.User) -> bool:
    settings = client.office.settings
    if user.id in settings.admin_users or not _roles(user).isdisjoint(settings.admin_roles):
        return True
    return user.id in await _owners(client)


async def _owners(client: DealbotClient) -> set[int]:
    application = client.application or await client.application_info()
    if application.team:
        return {member.id for member in application.team.members}
    return {application.owner.id}


def _roles(user: discord.abc.User) -> set[int]:
    return {role.id for role in user.roles} if isinstance(user, discord.Member) else set()
