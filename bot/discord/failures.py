"""What people see when something fails: one line, to them alone where that can be, and never
silence."""

import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial

import aiohttp
import discord
from discord import app_commands

from bot.discord.acknowledgement import insist, is_public
from bot.discord.client import Interaction, asker_of
from bot.discord.delivery import persistently, token_left_s
from bot.discord.rendering.notices import refusal_text
from bot.domain.errors import (
    BugError,
    QuestionError,
    ServiceBusyError,
    StoreError,
    UnreadableSettingsError,
)
from index.errors import ExpectedError
from prompts import text as prompt_text

# Not acknowledged in time, the answer deleted while it was made, the token expired.
_NOBODY_WAITS = {10062, 10008, 10015, 50027}
# What sending raises where Discord, or the way to it, fails.
UNSENT = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)

_log = logging.getLogger(__name__)


@asynccontextmanager
async def told(interaction: Interaction) -> AsyncIterator[None]:
    """Whatever goes wrong in the block is told to whoever caused it; nothing leaves the block.
    A surface: one of the two places that catch broadly."""
    try:
        yield
    except Exception as error:
        await tell(interaction, error)


@asynccontextmanager
async def visit(interaction: Interaction, *, keeping_order: bool = False) -> AsyncIterator[None]:
    """A visit to the desk, which closing waits for: also for what is told of a failure within.
    Stands after `told`, which tells that the desk has closed."""
    desk = interaction.client.office.desk
    with desk.visit(asker_of(interaction), keeping_order=keeping_order):
        async with told(interaction):
            yield


async def tell(interaction: Interaction, error: Exception) -> None:
    """In words: in place of the answer that is due, or beside the one that is there."""
    interaction.client.office.observer.refused(error)
    if isinstance(error, discord.HTTPException) and error.code in _NOBODY_WAITS:
        _log.warning("nobody waits for this answer any more: %s", error)
        return
    say = partial(_say, interaction, refusal_text(in_words(error)))
    if isinstance(error, ServiceBusyError) and not interaction.response.is_done():
        interaction.client.turning_away.tell(say)
    else:
        await say()


async def _say(interaction: Interaction, text: str) -> None:
    try:
        await _show(interaction, text)
    except UNSENT as unsent:
        _log.warning("a failure could not be told: %s", unsent)


async def _show(interaction: Interaction, text: str) -> None:
    response = interaction.response
    if not response.is_done() and await insist(
        interaction, lambda: response.send_message(text, ephemeral=True)
    ):
        return
    if not _shows_thinking(interaction):
        await interaction.followup.send(text, ephemeral=True)
    elif interaction.client.office.closing.is_set() or not is_public(interaction):
        await _edit(interaction, text)  # a bot that ends has no time for more
    elif not await _said_to_asker(interaction, text):
        await _edit(interaction, text)


async def _said_to_asker(interaction: Interaction, text: str) -> bool:
    """Where all see "thinking", and would see what takes its place, as the first follow-up does:
    it gets other words, is followed by the text, and goes. False where the text did not arrive."""
    await _edit(interaction, prompt_text("refusals.instead"))
    try:
        await interaction.followup.send(text, ephemeral=True)
    except UNSENT:
        return False
    with suppress(*UNSENT):
        await interaction.delete_original_response()
    return True


async def _edit(interaction: Interaction, text: str) -> None:
    # The first follow-up would take the place of "thinking" too, but an edit can be repeated.
    await persistently(
        lambda: interaction.edit_original_response(content=text, embeds=[], view=None),
        max(token_left_s(interaction), 0.0),
    )


def _shows_thinking(interaction: Interaction) -> bool:
    kind = interaction.response.type
    if kind is None:  # acknowledged all the same: Discord's word for it was lost
        return interaction.type is discord.InteractionType.application_command
    return kind is discord.InteractionResponseType.deferred_channel_message


def in_words(error: Exception) -> str:
    """What may be shown of an error; a bug goes to the log, and its reference is shown. What is
    wrong with the store, down to its path, is for whoever runs the bot."""
    if isinstance(error, StoreError) and not isinstance(error, UnreadableSettingsError):
        _log.info("the store failed: %s", error)  # told where all sees it, once: see `Health`
        return prompt_text("refusals.store_down")
    if isinstance(error, ExpectedError):
        return error.user_message
    if isinstance(error, discord.DiscordServerError | aiohttp.ClientError):
        _log.warning("Discord failed: %r", error)
        return prompt_text("refusals.discord_down")
    reference = secrets.token_hex(4)
    _log.error("bug %s", reference, exc_info=error)
    return BugError(reference).user_message


async def on_tree_error(interaction: Interaction, error: app_commands.AppCommandError) -> None:
    """What goes wrong before a command runs: it is gone, Discord still shows an old form, or what
    was picked is."""
    if interaction.type is discord.InteractionType.autocomplete:
        return  # nothing but choices can be shown there
    shown: Exception = error
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        shown = QuestionError(prompt_text("refusals.command_changed"))
    elif isinstance(error, app_commands.TransformerError):
        shown = QuestionError(prompt_text("refusals.pick_gone"))
    await tell(interaction, shown)
