"""Failure messages on Discord: one line for every failure, shown only to the user where
possible."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial

import aiohttp
import discord
from discord import app_commands

from bot.discord.acknowledgement import AlreadyHandledError, is_public, send_first_response
from bot.discord.client import Interaction, asker_of
from bot.discord.delivery import token_left_s, with_retries
from bot.discord.rendering.notices import refusal_text
from bot.domain.errors import (
    QuestionError,
    ServiceBusyError,
    StoreError,
    UnreadableSettingsError,
)
from bot.monitoring.bugs import log_bug
from bot.wording.errors import error_line
from index.errors import ExpectedError
from prompts import text as prompt_text

# Not acknowledged in time, the answer deleted meanwhile, the token expired (two codes).
_NOBODY_WAITS = {10062, 10008, 10015, 50027}
# Exceptions of a send if Discord or the network fails.
UNSENT = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)

_log = logging.getLogger(__name__)


@asynccontextmanager
async def told(interaction: Interaction) -> AsyncIterator[None]:
    """Report every exception of the block to the user who caused it, and raise none. This is one of
    the two places that catch broadly."""
    try:
        yield
    except Exception as error:
        await tell(interaction, error)


@asynccontextmanager
async def visit(interaction: Interaction, *, moderating: bool = False) -> AsyncIterator[None]:
    """Count the block as a request in progress, so that closing waits for it and for the report of
    its failure. Use it inside `told`, which reports that the bot is closing or has too many
    requests."""
    requests = interaction.client.runtime.requests
    with requests.visit(asker_of(interaction), moderating=moderating):
        async with told(interaction):
            yield


async def tell(interaction: Interaction, error: Exception) -> None:
    """Report an error to the user in words: in place of the pending answer, or beside a finished
    one. Send nothing if the interaction or its message no longer exists, or another process handles
    it."""
    if isinstance(error, AlreadyHandledError):
        _log.info("another process has handled a repeated interaction")
        return
    interaction.client.runtime.observer.refused(error)
    interaction.client.runtime.requests.capacity.record_outcome()
    if isinstance(error, discord.HTTPException) and error.code in _NOBODY_WAITS:
        _log.warning("this answer is no longer needed: %s", error)
        return
    say = partial(_say, interaction, refusal_text(error_text(error)))
    if isinstance(error, ServiceBusyError) and not interaction.response.is_done():
        interaction.client.refusal_queue.tell(say)
    else:
        await say()


async def _say(interaction: Interaction, text: str) -> None:
    try:
        await _show(interaction, text)
    except AlreadyHandledError:
        _log.info("another process has handled a repeated interaction")
    except UNSENT as unsent:
        _log.warning("an error message could not be sent: %s", unsent)


async def _show(interaction: Interaction, text: str) -> None:
    response = interaction.response
    if not response.is_done() and await send_first_response(
        interaction, lambda: response.send_message(text, ephemeral=True)
    ):
        return
    if not _shows_thinking(interaction):
        await interaction.followup.send(text, ephemeral=True)
    elif interaction.client.runtime.closing.is_set() or not is_public(interaction):
        await _edit(interaction, text)  # a closing bot has no time for more requests
    elif not await _said_to_asker(interaction, text):
        await _edit(interaction, text)


async def _said_to_asker(interaction: Interaction, text: str) -> bool:
    """Report a failure privately although "thinking" is public. The first follow-up would replace
    "thinking" and be public too. So edit "thinking" to a short notice, send the text as a private
    follow-up, and delete the notice. Return False if the text did not arrive."""
    await _edit(interaction, prompt_text("refusals.instead"))
    try:
        await interaction.followup.send(text, ephemeral=True)
    except UNSENT:
        return False
    with suppress(*UNSENT):
        await interaction.delete_original_response()
    return True


async def _edit(interaction: Interaction, text: str) -> None:
    # A first follow-up would replace "thinking" too, but only an edit is safe to retry.
    await with_retries(
        lambda: interaction.edit_original_response(content=text, embeds=[], view=None),
        max(token_left_s(interaction), 0.0),
    )


def _shows_thinking(interaction: Interaction) -> bool:
    kind = interaction.response.type
    if kind is None:  # acknowledged, but Discord's confirmation was lost
        return interaction.type is discord.InteractionType.application_command
    return kind is discord.InteractionResponseType.deferred_channel_message


def error_text(error: Exception) -> str:
    """Return the text of an error for the user. A bug is logged, and the text gives only its
    reference. Details of a store failure, such as its path, go only to the operator."""
    if isinstance(error, StoreError) and not isinstance(error, UnreadableSettingsError):
        _log.info("the store failed: %s", error)  # `Health` reports it once
        return prompt_text("refusals.store_down")
    if isinstance(error, ExpectedError):
        return error_line(error)
    if isinstance(error, discord.DiscordServerError | aiohttp.ClientError):
        _log.warning("Discord failed: %r", error)
        return prompt_text("refusals.discord_down")
    return error_line(log_bug(_log, error))


async def on_tree_error(interaction: Interaction, error: app_commands.AppCommandError) -> None:
    """Report a failure before a command runs: the command no longer exists, Discord still shows an
    old form of it, or the picked value is gone."""
    if interaction.type is discord.InteractionType.autocomplete:
        return  # autocomplete can show only choices
    shown: Exception = error
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        shown = QuestionError(prompt_text("refusals.command_changed"))
    elif isinstance(error, app_commands.TransformerError):
        shown = QuestionError(prompt_text("refusals.pick_gone"))
    await tell(interaction, shown)
