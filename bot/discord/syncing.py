"""Telling Discord the commands, but only when they have changed: there are 200 creations a day."""

import hashlib
import json
import logging

from bot.discord.client import DealbotClient

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
