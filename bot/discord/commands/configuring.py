"""/config: what a server's admins set. Every change goes to the audit log."""

from datetime import UTC, datetime
from typing import Any

import discord
from discord import app_commands

from bot.discord.acknowledging import respond
from bot.discord.client import Interaction
from bot.discord.failures import told
from bot.discord.permissions import check_server_admin
from bot.errors import QuestionError, UnreadableSettingsError
from bot.store.audit import AuditEntry
from bot.store.settings import ServerSettings

_MOST = 15  # of a kind: a message has to hold them all

config = app_commands.Group(
    name="config",
    description="Where and how the bot answers here (admins)",
    default_permissions=discord.Permissions(manage_guild=True),
    guild_only=True,
)


@config.command()
async def show(interaction: Interaction) -> None:
    """Show the settings of this server"""
    async with told(interaction):
        guild = await check_server_admin(interaction)
        settings = await interaction.client.office.store.settings.get(guild)
        await respond(interaction, content=_described(settings))


@config.command()
@app_commands.describe(channel="A channel to add, or to take away if it is there; none: all")
async def channel(
    interaction: Interaction, channel: discord.TextChannel | discord.ForumChannel | None = None
) -> None:
    """Answer in some channels only"""
    async with told(interaction):
        settings = await _settings(interaction)
        channels = _toggled(settings.channels, channel.id) if channel else ()
        await _change(interaction, settings, channels=channels)


@config.command()
@app_commands.describe(role="A role to add, or to take away if it is there; none: everyone")
async def role(interaction: Interaction, role: discord.Role | None = None) -> None:
    """Let only some roles ask"""
    async with told(interaction):
        settings = await _settings(interaction)
        await _change(
            interaction, settings, roles=_toggled(settings.roles, role.id) if role else ()
        )


@config.command()
@app_commands.describe(
    role="A role that may use the admin commands here, or no longer",
    user="A member who may use the admin commands here, or no longer",
)
async def admin(
    interaction: Interaction, role: discord.Role | None = None, user: discord.Member | None = None
) -> None:
    """Say who else is an admin of the bot here"""
    async with told(interaction):
        settings = await _settings(interaction)
        if role is None and user is None:
            raise QuestionError("Name a role or a member to add, or to take away")
        changes: dict[str, Any] = {}
        if role:
            changes["admin_roles"] = _toggled(settings.admin_roles, role.id)
        if user:
            changes["admin_users"] = _toggled(settings.admin_users, user.id)
        await _change(interaction, settings, **changes)


@config.command()
@app_commands.describe(private="Whether answers are shown to the asker alone, unless asked openly")
async def privacy(interaction: Interaction, private: bool) -> None:
    """Set who sees an answer by default"""
    async with told(interaction):
        await _change(interaction, await _settings(interaction), private=private)


@config.command()
@app_commands.describe(per_minute="Questions a person may ask in a minute; none: the bot's own")
async def limit(
    interaction: Interaction, per_minute: app_commands.Range[int, 1, 60] | None = None
) -> None:
    """Set how much one person may ask"""
    async with told(interaction):
        await _change(interaction, await _settings(interaction), per_user_per_minute=per_minute)


async def _settings(interaction: Interaction) -> ServerSettings:
    guild = await check_server_admin(interaction)
    try:
        return await interaction.client.office.store.settings.get(guild)
    except UnreadableSettingsError:
        return ServerSettings()  # to be set anew


async def _change(interaction: Interaction, settings: ServerSettings, **changes: Any) -> None:
    store, guild = interaction.client.office.store, interaction.guild_id
    assert guild is not None  # check_server_admin has seen it
    changed = settings.model_copy(update=changes)
    await store.settings.set(guild, changed)
    detail = ", ".join(f"{name}={value}" for name, value in changes.items())
    await store.audit.record(
        AuditEntry(datetime.now(UTC), guild, interaction.user.id, "config", detail, "done")
    )
    await respond(interaction, content=_described(changed))


def _toggled(ids: tuple[int, ...], id_: int) -> tuple[int, ...]:
    if id_ in ids:
        return tuple(i for i in ids if i != id_)
    if len(ids) >= _MOST:
        raise QuestionError(f"At most {_MOST} can be named: take one away first")
    return (*ids, id_)


def _described(settings: ServerSettings) -> str:
    limit = settings.per_user_per_minute
    return "\n".join(
        [
            f"Channels: {_mentions('#', settings.channels) or 'all'}",
            f"Who may ask: {_mentions('@&', settings.roles) or 'everyone'}",
            f"Admins, beside Manage Server: {_mentions('@&', settings.admin_roles)} "
            f"{_mentions('@', settings.admin_users)}",
            f"Answers are shown to: {'the asker' if settings.private else 'everyone'} by default",
            f"Questions a person may ask in a minute: {limit or 'as the bot is set'}",
        ]
    )


def _mentions(kind: str, ids: tuple[int, ...]) -> str:
    return " ".join(f"<{kind}{id_}>" for id_ in ids)
