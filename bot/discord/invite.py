"""Who a token belongs to, and the link that brings the bot into a server."""

import aiohttp
import discord

from bot.errors import TokenError
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


async def introduce(token: str) -> str:
    """The bot's name, in words, with its invite link. Raises TokenError where Discord does not
    know the token, UnreachableError where it cannot be asked."""
    client = discord.Client(intents=discord.Intents(guilds=True))
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
    return f"the token is that of {client.user}; invite it with {invite_link(application.id)}"


def invite_link(application_id: int) -> str:
    """Opened by a server's admin, it asks for exactly the permissions that are needed."""
    return discord.utils.oauth_url(
        application_id, permissions=PERMISSIONS, scopes=("bot", "applications.commands")
    )
