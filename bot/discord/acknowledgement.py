"""The first response to an interaction. Discord accepts one, within three seconds."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import discord

from bot.discord.client import Interaction

_ALREADY_ACKNOWLEDGED = 40060
_WITHIN = timedelta(seconds=2.5)  # Discord waits for 3 s
_PAUSE_S = 0.1
_PRIVATELY, _DROPPED = "deferred privately", "dropped"


class AlreadyHandledError(Exception):
    """Another process has handled this interaction, which was repeated to this one."""


async def defer(interaction: Interaction, *, private: bool) -> None:
    """Show "thinking" and fix whether the later answer is private or public."""
    response, interaction.extras[_PRIVATELY] = interaction.response, private
    await send_first_response(interaction, lambda: response.defer(ephemeral=private, thinking=True))


def is_public(interaction: Interaction) -> bool:
    """Return whether everyone in the channel sees the message that replaces "thinking"."""
    return not interaction.extras.get(_PRIVATELY, True) and interaction.guild_id is not None


async def respond(interaction: Interaction, **message: Any) -> None:
    """Respond at once, visible to this user only."""
    response = interaction.response
    await send_first_response(interaction, lambda: response.send_message(**message, ephemeral=True))


async def send_first_response(
    interaction: Interaction, send: Callable[[], Awaitable[object]]
) -> bool:
    """Send the first response, retrying dropped connections until 2.5 s after the interaction's
    creation. Return True if a try got through. "Already acknowledged" after a drop means that the
    earlier try got through; without a drop, something else responded first and the result is False.
    Raises AlreadyHandledError if that may have been another process, the last aiohttp.ClientError
    when the time is up, and any other HTTPException at once."""
    dropped = False
    while True:
        try:
            await send()
        except discord.HTTPException as error:
            if error.code != _ALREADY_ACKNOWLEDGED:
                raise
            if not interaction.extras.get(_DROPPED) and _was_repeated(interaction):
                raise AlreadyHandledError from None
            return dropped
        except aiohttp.ClientError:
            dropped = interaction.extras[_DROPPED] = True
            if datetime.now(UTC) - interaction.created_at > _WITHIN:
                raise
            await asyncio.sleep(_PAUSE_S)
        else:
            return True


def _was_repeated(interaction: Interaction) -> bool:
    connections = interaction.client.connections
    return connections is not None and connections.was_repeated(interaction.id)
