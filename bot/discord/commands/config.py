"""/config: what a server's admins set. Every change goes to the audit log."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import discord
from discord import app_commands

from bot.discord.acknowledgement import respond
from bot.discord.client import Interaction
from bot.discord.failures import told
from bot.discord.permissions import check_server_admin
from bot.domain.errors import QuestionError
from bot.store.audit import AuditEntry
from bot.store.settings import ServerSettings

_MOST = 15  # of a kind: a message has to hold them all

Changes = dict[str, Any]  # of the settings, by name

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
        settings = interaction.client.office.store.settings.get(guild)
        await respond(interaction, content=_described(settings))


@config.command()
@app_commands.describe(channel="A channel to add, or to take away if it is there; none: all")
async def channel(
    interaction: Interaction, channel: discord.TextChannel | discord.ForumChannel | None = None
) -> None:
    """Answer in some channels only"""
    async with told(interaction):
        await _change(
            interaction,
            lambda now: {"channels": _toggled(now.channels, channel.id) if channel else ()},
        )


@config.command()
@app_commands.describe(role="A role to add, or to take away if it is there; none: everyone")
async def role(interaction: Interaction, role: discord.Role | None = None) -> None:
    """Let only some roles ask"""
    async with told(interaction):
        await _change(
            interaction, lambda now: {"roles": _toggled(now.roles, role.id) if role else ()}
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

        def changes(now: ServerSettings) -> Changes:
            if role is None and user is None:
                raise QuestionError("Name a role or a member to add, or to take away")
            roles = {"admin_roles": _toggled(now.admin_roles, role.id)} if role else {}
            users = {"admin_users": _toggled(now.admin_users, user.id)} if user else {}
            return roles | users

        await _change(interaction, changes)


@config.command()
@app_commands.describe(private="Whether answers are shown to the asker alone, unless asked openly")
async def privacy(interaction: Interaction, private: bool) -> None:
    """Set who sees an answer by default"""
    async with told(interaction):
        await _change(interaction, lambda _: {"private": private})


@config.command()
@app_commands.describe(per_minute="Questions a person may ask in a minute; none: the bot's own")
async def limit(
    interaction: Interaction, per_minute: app_commands.Range[int, 1, 60] | None = None
) -> None:
    """Set how much one person may ask"""
    async with told(interaction):
        await _change(interaction, lambda _: {"per_user_per_minute": per_minute})


async def _change(interaction: Interaction, changes: Callable[[ServerSettings], Changes]) -> None:
    """`changes` is given the settings as they are when it is this admin's turn: another may have
    changed them a moment before."""
    guild, store = await check_server_admin(interaction), interaction.client.office.store
    made: Changes = {}

    def edit(now: ServerSettings) -> ServerSettings:
        made.update(changes(now))
        return now.model_copy(update=made)

    changed = await store.settings.change(guild, edit)
    detail = ", ".join(f"{name}={value}" for name, value in made.items())
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
