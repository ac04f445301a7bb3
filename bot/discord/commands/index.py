"""/rebuild and /rollback, for operators. The audit log records the outcome of each."""

import asyncio
from contextlib import suppress
from typing import Self

import aiohttp
import discord
from discord import app_commands

from bot.discord.acknowledgement import defer
from bot.discord.client import Interaction
from bot.discord.delivery import token_left_s
from bot.discord.failures import told, visit
from bot.discord.operations import Outcome, audit, outcome_of, show_outcome
from bot.discord.permissions import check_operator
from bot.discord.rendering.rebuilds import RebuildChanges, differences_embed, progress_embed
from bot.discord.runtime import Runtime
from bot.rebuild.rebuilder import RebuildOutcome, RebuildStoppedError

_EDIT_EVERY_S = 1.0  # more edits a second hit Discord's limits


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
            embed, result = await outcome_of(_rebuild(runtime, shown))
        await audit(interaction, "rebuild", result)
        await show_outcome(interaction, embed)


@app_commands.command()
@app_commands.default_permissions(manage_guild=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def rollback(interaction: Interaction) -> None:
    """Go back to the previous generation (admins)"""
    async with told(interaction), visit(interaction, moderating=True):
        await check_operator(interaction)
        await defer(interaction, private=True)
        embed, result = await outcome_of(_roll_back(interaction.client.runtime))
        await audit(interaction, "rollback", result)
        await show_outcome(interaction, embed)


async def _rebuild(runtime: Runtime, shown: "_ShownProgress") -> Outcome:
    outcome = await runtime.rebuilder.rebuild(shown)
    return _outcome_embed(outcome), f"generation {outcome.report.manifest.id}"


async def _roll_back(runtime: Runtime) -> Outcome:
    generation = await runtime.rebuilder.rollback()
    text = f"Generation {generation} answers now."
    return discord.Embed(description=text), f"generation {generation}"


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
