"""The first response to an interaction, which Discord takes once and for three seconds only."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import discord

from bot.discord.client import Interaction

_ALREADY_ACKNOWLEDGED = 40060
_WITHIN = timedelta(seconds=2.5)  # of the 3 that Discord waits
_PAUSE_S = 0.1
_PRIVATELY = "deferred privately"


async def defer(interaction: Interaction, *, private: bool) -> None:
    """Shows "thinking", and settles whether others will see what comes in its place."""
    response, interaction.extras[_PRIVATELY] = interaction.response, private
    await insist(interaction, lambda: response.defer(ephemeral=private, thinking=True))


def is_public(interaction: Interaction) -> bool:
    """Whether all see what comes in place of "thinking"."""
    return not interaction.extras.get(_PRIVATELY, True) and interaction.guild_id is not None


async def respond(interaction: Interaction, **message: Any) -> None:
    """Answers at once, to this person alone."""
    response = interaction.response
    await insist(interaction, lambda: response.send_message(**message, ephemeral=True))


async def insist(interaction: Interaction, send: Callable[[], Awaitable[object]]) -> bool:
    """Sends again where the connection dropped, for as long as Discord waits. That it was
    acknowledged already means that a try got through and only Discord's answer was lost; False
    where it cannot have been one of these."""
    dropped = False
    while True:
        try:
            await send()
        except discord.HTTPException as error:
            if error.code != _ALREADY_ACKNOWLEDGED:
                raise
            return dropped
        except aiohttp.ClientError:
            if datetime.now(UTC) - interaction.created_at > _WITHIN:
                raise
            dropped = True
            await asyncio.sleep(_PAUSE_S)
        else:
            return True
