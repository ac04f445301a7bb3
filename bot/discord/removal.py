"""Removal of answers whose question was deleted."""

import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import discord

from bot.discord.client import DealbotClient
from bot.discord.delivery import with_retries
from bot.discord.failures import UNSENT
from bot.domain.errors import StoreError

_DELETE_FOR_S = 60.0

_log = logging.getLogger(__name__)


async def on_delete(client: DealbotClient, event: discord.RawMessageDeleteEvent) -> None:
    """Delete the answers to a deleted message, with their receipts."""
    await _deleted(client, event.message_id, event.channel_id, event.guild_id)


async def on_bulk_delete(client: DealbotClient, event: discord.RawBulkMessageDeleteEvent) -> None:
    """Delete the answers to messages that a moderator deleted together."""
    for message in sorted(event.message_ids):
        await _deleted(client, message, event.channel_id, event.guild_id)


async def _deleted(client: DealbotClient, message: int, channel: int, guild: int | None) -> None:
    client.record_deletion(message)
    kept = timedelta(days=client.runtime.settings.keep_days)
    if discord.utils.snowflake_time(message) > datetime.now(UTC) - kept:
        await remove_replies(client, message, channel, guild)


async def remove_replies(
    client: DealbotClient, question: int, channel: int, guild: int | None
) -> None:
    """Delete the messages that answer a message, and what is kept of these answers. A failure is
    only logged: no person waits for it."""
    store, place = client.runtime.store, client.get_partial_messageable(channel, guild_id=guild)
    try:
        for reply in await store.replies.of_question(question):
            await store.receipts.forget(reply.receipt)
            answer = place.get_partial_message(reply.message)
            with suppress(discord.NotFound):  # deleted by another user or an earlier try
                await with_retries(answer.delete, _DELETE_FOR_S)
    except StoreError as error:
        _log.info("an answer outlives its question: %s", error)
    except UNSENT as error:
        _log.warning("an answer to a deleted question could not be deleted: %s", error)
