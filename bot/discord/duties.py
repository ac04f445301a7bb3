"""Work that the bot does unasked: digests, messages about watches, and notes."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.discord.client import DealbotClient
from bot.discord.digests import keep_posting
from bot.discord.follow_ups import deliver_follow_ups

_Duty = Callable[[DealbotClient], Awaitable[None]]


def start_duties(client: DealbotClient) -> None:
    """Start the duties in the background of the client."""
    for name, duty in (("follow-ups", deliver_follow_ups), ("digests", keep_posting)):
        client.background.add(asyncio.create_task(_run(client, duty), name=name))


async def _run(client: DealbotClient, duty: _Duty) -> None:
    """Run a duty once the client is connected. Of several processes only the leader does; it needs
    no shard, because it sends through the REST API."""
    if client.runtime.cluster:
        await client.runtime.cluster.lead.during(lambda: duty(client))
    else:
        await client.wait_until_ready()
        await duty(client)
