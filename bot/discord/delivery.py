"""Getting an answer out: tried again through Discord's hiccups for as long as it can arrive."""

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
_MARGIN_S = 30.0  # for the last try: discord.py repeats it for 25 seconds by itself
_LONGEST_PAUSE_S = 15.0
_SEND_FOR_S = 120.0  # a message has no token that ends; after this nobody waits for it

_Sent = TypeVar("_Sent")
_log = logging.getLogger(__name__)


def token_left_s(interaction: Interaction) -> float:
    """For how many seconds the interaction's answer can still be edited, with a margin."""
    ends = interaction.created_at + _TOKEN_LIFE
    return (ends - datetime.now(UTC)).total_seconds() - _MARGIN_S


async def edit_answer(
    interaction: Interaction, *, embeds: list[discord.Embed], view: discord.ui.View | None
) -> discord.InteractionMessage:
    """Puts this in place of the deferred answer. Editing twice does no harm, so it is repeated
    through server errors and dropped connections until the token expires."""
    return await persistently(
        lambda: interaction.edit_original_response(content=None, embeds=embeds, view=view),
        max(token_left_s(interaction), 0.0),
    )


async def reply(
    message: discord.Message, *, embeds: list[discord.Embed], view: discord.ui.View | None
) -> discord.Message:
    """Answers a message. The nonce is the message's own id: Discord takes it once, however often
    it is sent."""
    missing = discord.utils.MISSING
    return await persistently(
        lambda: message.reply(
            embeds=embeds, view=view or missing, mention_author=False, nonce=message.id
        ),
        _SEND_FOR_S,
    )


async def write_to(user: discord.User | discord.Member, embed: discord.Embed, nonce: int) -> None:
    """A direct message, posted once for its nonce. Raises Forbidden where the user wants none."""
    await persistently(lambda: user.send(embed=embed, nonce=nonce), _SEND_FOR_S)


async def persistently(send: Callable[[], Awaitable[_Sent]], for_s: float) -> _Sent:
    """The result of `send`, tried again after failures that pass. Raises the last of them."""
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


def _passes(error: BaseException) -> bool:
    """Whether the same request may succeed a moment later."""
    if isinstance(error, discord.HTTPException):
        # A 429 that is left after discord.py has waited five times; without this header it comes
        # from Cloudflare, which has banned us and counts on.
        limited = error.status == 429 and "Via" in error.response.headers
        return limited or error.status >= 500
    return isinstance(error, aiohttp.ClientError | asyncio.TimeoutError | OSError)
