"""What people see when something fails: one line, to them alone, and never silence."""

import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
from discord import app_commands

from bot.discord.client import Interaction
from bot.discord.rendering.notices import refusal_text
from bot.errors import BugError
from index.errors import ExpectedError

_UNKNOWN_INTERACTION = 10062  # nobody waits any more: it was not acknowledged in time

_log = logging.getLogger(__name__)


@asynccontextmanager
async def told(interaction: Interaction) -> AsyncIterator[None]:
    """Whatever goes wrong in the block is told to whoever caused it; nothing leaves the block.
    A surface: one of the two places that catch broadly."""
    try:
        yield
    except Exception as error:
        await tell(interaction, error)


async def tell(interaction: Interaction, error: Exception) -> None:
    """In words, as the answer that is due or beside the one that is there."""
    if isinstance(error, discord.NotFound) and error.code == _UNKNOWN_INTERACTION:
        _log.warning("an interaction was acknowledged too late")
        return
    text = refusal_text(in_words(error))
    try:
        if interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True)
        else:
            await interaction.response.send_message(text, ephemeral=True)
    except discord.HTTPException as unsent:
        _log.warning("a failure could not be told: %s", unsent)


def in_words(error: Exception) -> str:
    """What may be shown of an error; a bug goes to the log, and its reference is shown."""
    if isinstance(error, ExpectedError):
        return error.user_message
    reference = secrets.token_hex(4)
    _log.error("bug %s", reference, exc_info=error)
    return BugError(reference).user_message


async def on_tree_error(interaction: Interaction, error: app_commands.AppCommandError) -> None:
    """What goes wrong before a command runs: it is gone, or Discord still shows an old form."""
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        text = "This command has changed since Discord last heard of it: try again in a minute"
        await interaction.response.send_message(text, ephemeral=True)
        return
    await tell(interaction, error)
