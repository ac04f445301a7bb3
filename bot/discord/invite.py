"""The account of a Discord token, and the link that invites the bot to a server."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
import discord

from bot.domain.errors import TokenError
from index.errors import ExpectedError

# Only what answering needs, so that server admins grant nothing else.
PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    embed_links=True,
    read_message_history=True,
)


class UnreachableError(ExpectedError):
    """Discord cannot be reached at the moment."""


@dataclass(frozen=True, slots=True)
class BotIdentity:
    """The bot's name and invite link in words, and the seconds by which the local clock is ahead of
    Discord's. Discord reports whole seconds. `clock_ahead_s` is None if Discord sent no date."""

    words: str
    clock_ahead_s: float | None


async def identify_bot(token: str) -> BotIdentity:
    """Log in with the token and return the bot's name, invite link and clock difference. Raises
    TokenError if Discord does not know the token, and UnreachableError if Discord cannot be
    reached."""
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
    words = f"the token belongs to {client.user}; invite it with {invite_link(application.id)}"
    return BotIdentity(words, ahead_s)


def invite_link(application_id: int) -> str:
    """Build the link with which a server's admin invites the bot. It asks for exactly the
    permissions that the bot needs."""
    return discord.utils.oauth_url(
        application_id, permissions=PERMISSIONS, scopes=("bot", "applications.commands")
    )
