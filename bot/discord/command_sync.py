"""Registration of the commands with Discord, only when they have changed: Discord allows 200
command creations a day."""

import hashlib
import json
import logging

import aiohttp
import discord

from bot.discord.client import DealbotClient
from bot.discord.delivery import with_retries
from bot.discord.language import CommandTranslator
from bot.domain.errors import StoreError

_TRIED_FOR_S = 3600.0

_log = logging.getLogger(__name__)


async def sync_commands(client: DealbotClient) -> bool:
    """Register the commands with Discord if they have changed since the last registration recorded
    in this store. Return whether they had changed."""
    translator = CommandTranslator()
    await client.tree.set_translator(translator)
    commands = [
        await command.get_translated_payload(client.tree, translator)
        for command in client.tree.get_commands()
    ]
    payload = json.dumps(sorted(commands, key=lambda c: (c["type"], c["name"])), sort_keys=True)
    digest = hashlib.sha256(payload.encode()).hexdigest()
    values, key = client.runtime.store.values, f"commands of {client.application_id}"
    if await values.get(key) == digest:
        return False
    await client.tree.sync()
    await values.set(key, digest)
    _log.info("registered %d commands with Discord", len(commands))
    return True


async def sync_patiently(client: DealbotClient) -> None:
    """Register the commands, retrying transient failures for up to an hour. After a lasting
    failure, log it and keep the commands that Discord already has."""
    try:
        await with_retries(lambda: sync_commands(client), _TRIED_FOR_S)
    except (discord.HTTPException, aiohttp.ClientError, OSError, StoreError) as error:
        _log.warning(
            "the commands could not be registered with Discord, the old ones stay: %s", error
        )
