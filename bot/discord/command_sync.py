"""Telling Discord the commands, but only when they have changed: there are 200 creations a day."""

import hashlib
import json
import logging

import aiohttp
import discord

from bot.discord.client import DealbotClient
from bot.discord.delivery import persistently
from bot.domain.errors import StoreError

_TRIED_FOR_S = 3600.0

_log = logging.getLogger(__name__)


async def sync_commands(client: DealbotClient) -> bool:
    """Returns whether they had changed since this store last told them."""
    commands = [command.to_dict(client.tree) for command in client.tree.get_commands()]
    payload = json.dumps(sorted(commands, key=lambda c: (c["type"], c["name"])), sort_keys=True)
    digest = hashlib.sha256(payload.encode()).hexdigest()
    values, key = client.office.store.values, f"commands of {client.application_id}"
    if await values.get(key) == digest:
        return False
    await client.tree.sync()
    await values.set(key, digest)
    _log.info("told Discord %d commands", len(commands))
    return True


async def sync_patiently(client: DealbotClient) -> None:
    """Tries again where Discord has hiccups. Where it fails for good, what Discord knows of the
    commands stays as it was, and the bot works with that."""
    try:
        await persistently(lambda: sync_commands(client), _TRIED_FOR_S)
    except (discord.HTTPException, aiohttp.ClientError, OSError, StoreError) as error:
        _log.warning("Discord could not be told the commands, old ones stay: %s", error)
