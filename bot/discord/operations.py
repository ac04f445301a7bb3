"""Operators' work on the index and the sources: its outcome is shown, and audited."""

import logging
from collections.abc import Awaitable
from datetime import UTC, datetime

import discord

from bot.discord.client import Interaction
from bot.discord.delivery import edit_answer, token_left_s, write_to
from bot.discord.failures import error_text
from bot.discord.rendering.notices import error_embed
from bot.store.audit import AuditEntry

# Embed to show, and text for the audit log.
Outcome = tuple[discord.Embed, str]

_log = logging.getLogger(__name__)


async def outcome_of(work: Awaitable[Outcome]) -> Outcome:
    """Await the work. Return the embed to show and the text for the audit log, also if the work
    fails."""
    try:
        return await work
    except Exception as error:  # like `told`, but the audit log needs it too
        words = error_text(error)
        return error_embed(words), f"failed: {words}"


async def audit(interaction: Interaction, action: str, outcome: str, detail: str = "") -> None:
    """Record in the audit log what a user did and what came of it."""
    await interaction.client.runtime.store.audit.record(
        AuditEntry(
            datetime.now(UTC), interaction.guild_id, interaction.user.id, action, detail, outcome
        )
    )


async def show_outcome(interaction: Interaction, embed: discord.Embed) -> None:
    """Show the outcome in the answer. If long work has outlived the answer's token, send it to the
    admin by direct message."""
    if token_left_s(interaction) > 0:
        await edit_answer(interaction, embeds=[embed], view=None)
        return
    try:
        await write_to(interaction.user, embed, interaction.id)
    except discord.Forbidden:
        _log.warning("the admin does not accept direct messages: the outcome is in the audit log")
