"""/config: the settings that a server's admins change. The audit log records every change."""

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
from prompts import text
from prompts.languages import language_names

_MOST = 15  # ids per setting; one message must list them all

Changes = dict[str, Any]  # new values of settings, by name

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
        settings = interaction.client.runtime.store.settings.get(guild)
        await respond(interaction, content=_described(settings))


@config.command()
@app_commands.describe(
    channel="Channel to add, or to remove if it is listed; leave empty for all channels"
)
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
@app_commands.describe(role="Role to add, or to remove if it is listed; leave empty for everyone")
async def role(interaction: Interaction, role: discord.Role | None = None) -> None:
    """Let only some roles ask"""
    async with told(interaction):
        await _change(
            interaction, lambda now: {"roles": _toggled(now.roles, role.id) if role else ()}
        )


@config.command()
@app_commands.describe(
    role="Role to add to the bot's admins here, or to remove if it is listed",
    user="Member to add to the bot's admins here, or to remove if listed",
)
async def admin(
    interaction: Interaction, role: discord.Role | None = None, user: discord.Member | None = None
) -> None:
    """Set who else is an admin of the bot here"""
    async with told(interaction):

        def changes(now: ServerSettings) -> Changes:
            if role is None and user is None:
                raise QuestionError(text("config.nothing_chosen"))
            roles = {"admin_roles": _toggled(now.admin_roles, role.id)} if role else {}
            users = {"admin_users": _toggled(now.admin_users, user.id)} if user else {}
            return roles | users

        await _change(interaction, changes)


@config.command()
@app_commands.describe(
    private="Show answers only to the person who asks, unless they set private to False"
)
async def privacy(interaction: Interaction, private: bool) -> None:
    """Set who sees an answer by default"""
    async with told(interaction):
        await _change(interaction, lambda _: {"private": private})


@config.command()
@app_commands.describe(
    per_minute="Questions per person and minute; leave empty for the bot's default"
)
async def limit(
    interaction: Interaction, per_minute: app_commands.Range[int, 1, 60] | None = None
) -> None:
    """Set how many questions one person may ask"""
    async with told(interaction):
        await _change(interaction, lambda _: {"per_user_per_minute": per_minute})


@config.command()
@app_commands.describe(
    corrections="Edit a note into an answer when the article that it cites is corrected"
)
async def corrections(interaction: Interaction, corrections: bool) -> None:
    """Set whether answers get a note when their evidence changes"""
    async with told(interaction):
        await _change(interaction, lambda _: {"corrections": corrections})


@config.command()
@app_commands.describe(
    language="Language of the bot's own words; leave empty for the one that Discord has here"
)
@app_commands.choices(
    language=[app_commands.Choice(name=name, value=code) for code, name in language_names().items()]
)
async def language(interaction: Interaction, language: str | None = None) -> None:
    """Set the language of the bot's own words here; questions stay English"""
    async with told(interaction):
        await _change(interaction, lambda _: {"language": language or ""})


async def _change(interaction: Interaction, changes: Callable[[ServerSettings], Changes]) -> None:
    """Change the server's settings, record the change in the audit log, and show the result.
    `changes` gets the settings at the moment of the edit, because another admin may have changed
    them just before. Raises NotAllowedError unless the user is an admin."""
    guild, store = await check_server_admin(interaction), interaction.client.runtime.store
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
        raise QuestionError(text("config.too_many", most=_MOST))
    return (*ids, id_)


def _described(settings: ServerSettings) -> str:
    roles, users = settings.admin_roles, settings.admin_users
    admins = f"{_mentions('@&', roles)} {_mentions('@', users)}".strip()
    channels = _mentions("#", settings.channels) or text("config.all_channels")
    return "\n".join(
        [
            text("config.channels", channels=channels),
            text("config.roles", roles=_mentions("@&", settings.roles) or text("config.everyone")),
            text("config.admins", admins=admins or text("config.no_admins")),
            text("config.answers_to_asker" if settings.private else "config.answers_to_all"),
            _limit_line(settings.per_user_per_minute),
            text("config.corrections" if settings.corrections else "config.no_corrections"),
            text("config.language", language=_language_name(settings.language)),
        ]
    )


def _limit_line(limit: int | None) -> str:
    return text("config.limit", count=limit) if limit else text("config.limit_default")


def _language_name(code: str) -> str:
    return language_names().get(code) or text("config.language_of_server")


def _mentions(kind: str, ids: tuple[int, ...]) -> str:
    return " ".join(f"<{kind}{id_}>" for id_ in ids)
