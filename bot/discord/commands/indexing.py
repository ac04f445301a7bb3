"""/rebuild and /rollback, for those who run the bot. Each ends in the audit log."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import discord
from discord import app_commands

from bot.discord.client import Interaction
from bot.discord.delivering import edit_answer, token_left_s
from bot.discord.failures import in_words, told
from bot.discord.permissions import check_operator
from bot.discord.rendering.notices import error_embed
from bot.discord.rendering.rebuilding import RebuildChanges, differences_embed, progress_embed
from bot.rebuilding import RebuildOutcome
from bot.store.audit import AuditEntry

_EDIT_EVERY_S = 1.0  # more edits a second hit Discord's limits


@app_commands.command()
@app_commands.default_permissions(manage_guild=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def rebuild(interaction: Interaction) -> None:
    """Read the articles again (admins); the old index answers until the new one is ready"""
    async with told(interaction), interaction.client.office.desk.visit():
        await check_operator(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        shown = _ShownProgress(interaction)
        showing = asyncio.create_task(shown.keep_editing(), name="progress")
        try:
            outcome = await interaction.client.office.rebuilder.rebuild(shown)
        except Exception as error:  # told, and kept in the audit log
            embed, result = error_embed(in_words(error)), in_words(error)
        else:
            embed, result = _outcome_embed(outcome), f"generation {outcome.report.manifest.id}"
        finally:
            showing.cancel()
            with suppress(asyncio.CancelledError):
                await showing
        await _audit(interaction, "rebuild", result)
        await _tell(interaction, embed)


@app_commands.command()
@app_commands.default_permissions(manage_guild=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def rollback(interaction: Interaction) -> None:
    """Go back to the generation before (admins)"""
    async with told(interaction), interaction.client.office.desk.visit():
        await check_operator(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            generation = await interaction.client.office.rebuilder.rollback()
        except Exception as error:
            await _audit(interaction, "rollback", in_words(error))
            raise
        await _audit(interaction, "rollback", f"generation {generation}")
        await interaction.edit_original_response(content=f"Generation {generation} answers now.")


class _ShownProgress:
    """What the rebuild tells from its thread, shown by edits at most once a second."""

    def __init__(self, interaction: Interaction) -> None:
        self._interaction = interaction
        self._stage, self._done = "Starting", 0
        self._total: int | None = None

    def start(self, stage: str, total: int | None) -> None:
        self._stage, self._done, self._total = stage, 0, total

    def advance(self, steps: int) -> None:
        self._done += steps

    async def keep_editing(self) -> None:
        """Until it is cancelled. An edit that fails is made up for by the next."""
        shown = None
        while True:
            now = (self._stage, self._done, self._total)
            if now != shown:
                with suppress(discord.HTTPException):
                    await self._interaction.edit_original_response(embed=progress_embed(*now))
                shown = now
            await asyncio.sleep(_EDIT_EVERY_S)


def _outcome_embed(outcome: RebuildOutcome) -> discord.Embed:
    differences = outcome.differences
    return differences_embed(
        RebuildChanges(
            generation=outcome.report.manifest.id,
            added=differences.added,
            changed=differences.changed,
            removed=differences.removed,
            sentences_added=differences.sentences_added,
            sentences_removed=differences.sentences_removed,
            remarks=[str(outcome.golden)] if outcome.golden else [],
        )
    )


async def _audit(interaction: Interaction, action: str, outcome: str) -> None:
    await interaction.client.office.store.audit.record(
        AuditEntry(
            datetime.now(UTC), interaction.guild_id, interaction.user.id, action, "", outcome
        )
    )


async def _tell(interaction: Interaction, embed: discord.Embed) -> None:
    """In the answer, or where a long build has outlived its token in a message to the admin."""
    if token_left_s(interaction) > 0:
        await edit_answer(interaction, embeds=[embed], view=None)
    else:
        await interaction.user.send(embed=embed)
