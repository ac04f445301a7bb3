"""/rebuild and /rollback, for operators. The audit log records the outcome of each."""

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Self

import aiohttp
import discord
from discord import app_commands

from bot.discord.acknowledgement import defer
from bot.discord.client import Interaction
from bot.discord.delivery import edit_answer, token_left_s, write_to
from bot.discord.failures import error_text, told, visit
from bot.discord.permissions import check_operator
from bot.discord.rendering.notices import error_embed
from bot.discord.rendering.rebuilds import RebuildChanges, differences_embed, progress_embed
from bot.discord.runtime import Runtime
from bot.rebuild.rebuilder import RebuildOutcome, RebuildStoppedError
from bot.store.audit import AuditEntry

_EDIT_EVERY_S = 1.0  # more edits a second hit Discord's limits

Outcome = tuple[discord.Embed, str]

_log = logging.getLogger(__name__)


@app_commands.command()
@app_commands.default_permissions(manage_guild=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def rebuild(interaction: Interaction) -> None:
    """Read the articles again (admins); the old index answers until the new one is ready"""
    async with told(interaction), visit(interaction, moderating=True):
        await check_operator(interaction)
        await defer(interaction, private=True)
        runtime, shown = interaction.client.runtime, _ShownProgress(interaction)
        async with shown:
            embed, result = await _outcome(_rebuild(runtime, shown))
        await _audit(interaction, "rebuild", result)
        await _tell(interaction, embed)


@app_commands.command()
@app_commands.default_permissions(manage_guild=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def rollback(interaction: Interaction) -> None:
    """Go back to the previous generation (admins)"""
    async with told(interaction), visit(interaction, moderating=True):
        await check_operator(interaction)
        await defer(interaction, private=True)
        embed, result = await _outcome(_roll_back(interaction.client.runtime))
        await _audit(interaction, "rollback", result)
        await _tell(interaction, embed)


async def _rebuild(runtime: Runtime, shown: "_ShownProgress") -> Outcome:
    outcome = await runtime.rebuilder.rebuild(shown)
    return _outcome_embed(outcome), f"generation {outcome.report.manifest.id}"


async def _roll_back(runtime: Runtime) -> Outcome:
    generation = await runtime.rebuilder.rollback()
    text = f"Generation {generation} answers now."
    return discord.Embed(description=text), f"generation {generation}"


async def _outcome(work: Awaitable[Outcome]) -> Outcome:
    """Await the work. Return the embed to show and the text for the audit log, also if the work
    fails."""
    try:
        return await work
    except Exception as error:  # like `told`, but the audit log needs it too
        words = error_text(error)
        return error_embed(words), f"failed: {words}"


class _ShownProgress:
    """Progress of a rebuild, reported from its thread and shown by edits of the answer. The edits
    come at most once a second, inside the block, while the token is valid. `start` and `advance`
    raise RebuildStoppedError once the bot shuts down, which stops the rebuild."""

    def __init__(self, interaction: Interaction) -> None:
        self._interaction, self._closing = interaction, interaction.client.runtime.closing
        self._stage, self._done = "Starting", 0
        self._total: int | None = None
        self._ended = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._editing = asyncio.create_task(self._keep_editing(), name="progress")
        return self

    async def __aexit__(self, *_: object) -> None:
        # Do not cancel: an edit in flight could arrive after the outcome.
        self._ended.set()
        await self._editing

    def start(self, stage: str, total: int | None) -> None:
        self._stage, self._done, self._total = stage, 0, total
        self._check()

    def advance(self, steps: int) -> None:
        self._done += steps
        self._check()

    def _check(self) -> None:
        if self._closing.is_set():
            raise RebuildStoppedError("The bot is restarting: nothing was published")

    async def _keep_editing(self) -> None:
        """Edit the answer when the progress changes. A failed edit is dropped; the next one
        replaces it."""
        shown = None
        while not self._ended.is_set() and token_left_s(self._interaction) > 0:
            now = (self._stage, self._done, self._total)
            if now != shown:
                with suppress(discord.HTTPException, aiohttp.ClientError, OSError):
                    await self._interaction.edit_original_response(embed=progress_embed(*now))
                shown = now
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), _EDIT_EVERY_S)


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
    await interaction.client.runtime.store.audit.record(
        AuditEntry(
            datetime.now(UTC), interaction.guild_id, interaction.user.id, action, "", outcome
        )
    )


async def _tell(interaction: Interaction, embed: discord.Embed) -> None:
    """Show the outcome in the answer. If a long build has outlived the answer's token, send it to
    the admin by direct message."""
    if token_left_s(interaction) > 0:
        await edit_answer(interaction, embeds=[embed], view=None)
        return
    try:
        await write_to(interaction.user, embed, interaction.id)
    except discord.Forbidden:
        _log.warning("the admin does not accept direct messages: the outcome is in the audit log")
