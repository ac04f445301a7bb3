"""Who a token belongs to, and the link that brings the bot into a server."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
import discord

from bot.domain.errors import TokenError
from index.errors import ExpectedError

# What answering needs, and nothing else: the rest a server's admins need not grant.
PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    embed_links=True,
    read_message_history=True,
)


class UnreachableError(ExpectedError):
    """Discord cannot be asked at the moment."""


@dataclass(frozen=True, slots=True)
class Introduced:
    """The bot's name, in words, with its invite link; and by how many seconds our clock is ahead
    of Discord's, which tells whole ones."""

    words: str
    clock_ahead_s: float | None


async def introduce(token: str) -> Introduced:
    """Raises TokenError where Discord does not
    know the token, UnreachableError where it cannot be asked."""
    ahead_s: float | None = None

    async def compare(_: object, __: object, end: aiohttp.TraceRequestEndParams) -> None:
        nonlocal ahead_s
        with suppress(KeyError, ValueError):
            theirs = parsedate_to_datetime(end.response.headers["Date"])
            ahead_s = (datetime.now(UTC) - theirs).total_seconds() - 0.5

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(compare)
    client = discord.Client(intents=discord.Intents(guilds=True), http_trace=trace)
    try:
        async with client:
            await client.login(token)
            application = await client.application_info()
    except discord.LoginFailure as error:
        raise TokenError(
            "Discord does not know this token: set DISCORD_TOKEN to the one that the developer "
            "portal shows under Bot"
        ) from error
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        raise UnreachableError(f"Discord cannot be reached: {error}") from error
    words = f"the token is that of {client.user}; invite it with {invite_link(application.id)}"
    return Introduced(words, ahead_s)


def invite_link(application_id: int) -> str:
    """Opened by a server's admin, it asks for exactly the permissions that are needed."""
    return discord.utils.oauth_url(
        application_id, permissions=PERMISSIONS, scopes=("bot", "applications.commands")
    )
