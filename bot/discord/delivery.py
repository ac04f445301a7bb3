"""Delivery of answers. Transient Discord failures are retried until the answer is too late."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import aiohttp
import discord
from tenacity import AsyncRetrying, retry_if_exception, stop_before_delay, wait_random_exponential

from bot.discord.client import Interaction

_TOKEN_LIFE = timedelta(minutes=15)
_MARGIN_S = 30.0  # for the last try, which discord.py itself retries for 25 s
_LONGEST_PAUSE_S = 15.0
_REFUSALS = (400, 403, 404)
_SEND_FOR_S = 120.0  # a message has no token that expires; later the user has left

_Sent = TypeVar("_Sent")
_log = logging.getLogger(__name__)


def token_left_s(interaction: Interaction) -> float:
    """Return the seconds for which the interaction's answer can still be edited, less a margin of
    30 s. The result is negative once that time is over."""
    ends = interaction.created_at + _TOKEN_LIFE
    return (ends - datetime.now(UTC)).total_seconds() - _MARGIN_S


async def edit_answer(
    interaction: Interaction, *, embeds: list[discord.Embed], view: discord.ui.View | None
) -> discord.InteractionMessage:
    """Replace the deferred answer and return the message. Editing twice is harmless, so retry
    transient failures until shortly before the token expires. Raises as `with_retries`."""
    return await with_retries(
        lambda: interaction.edit_original_response(content=None, embeds=embeds, view=view),
        max(token_left_s(interaction), 0.0),
    )


async def reply(
    message: discord.Message, *, embeds: list[discord.Embed], view: discord.ui.View | None
) -> discord.Message:
    """Reply to a message, retrying for up to two minutes. The nonce is the message's own id, so
    Discord posts the reply once, however often it is sent."""
    missing = discord.utils.MISSING
    return await with_retries(
        lambda: message.reply(
            embeds=embeds, view=view or missing, mention_author=False, nonce=message.id
        ),
        _SEND_FOR_S,
    )


async def write_to(user: discord.User | discord.Member, embed: discord.Embed, nonce: int) -> None:
    """Send a direct message, retrying for up to two minutes. Discord posts it once per nonce.
    Raises discord.Forbidden if the user accepts no direct messages."""
    await with_retries(lambda: user.send(embed=embed, nonce=nonce), _SEND_FOR_S)


async def with_retries(send: Callable[[], Awaitable[_Sent]], for_s: float) -> _Sent:
    """Call `send` and return its result, retrying transient failures with exponential backoff for
    up to `for_s` seconds. Raises the last failure when the time is up, and a lasting failure at
    once."""
    trying = AsyncRetrying(
        stop=stop_before_delay(for_s),
        wait=wait_random_exponential(multiplier=0.5, max=_LONGEST_PAUSE_S),
        retry=retry_if_exception(_passes),
        before_sleep=lambda state: _log.info("sending again after try %d", state.attempt_number),
        reraise=True,
    )

    async def once() -> _Sent:
        return await send()

    return await trying(once)


def is_refusal(error: BaseException) -> bool:
    """Return whether Discord will refuse the same request later too: it is malformed or forbidden,
    or its place is gone or an archived thread."""
    return isinstance(error, discord.HTTPException) and error.status in _REFUSALS


def _passes(error: BaseException) -> bool:
    """Return whether the same request may succeed a moment later."""
    if isinstance(error, discord.HTTPException):
        # discord.py raises a 429 after it has waited five times. Without the "Via" header it comes
        # from Cloudflare, which has banned the bot and counts further requests.
        limited = error.status == 429 and "Via" in error.response.headers
        return limited or error.status >= 500
    return isinstance(error, aiohttp.ClientError | asyncio.TimeoutError | OSError)
