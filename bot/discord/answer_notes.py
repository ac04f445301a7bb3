"""Notes edited into earlier answers whose evidence was corrected or withdrawn."""

import asyncio
import logging

import discord

from bot.discord.client import DealbotClient
from bot.discord.delivery import is_refusal, with_retries
from bot.discord.failures import UNSENT
from bot.discord.language import server_language
from bot.discord.rendering.notes import note_text
from bot.domain.errors import UnreadableSettingsError
from bot.store.notes import PendingNote
from prompts import speaking

_MOST = 30  # edits after one update; the others come after the next one or an hour later
_PAUSE_S = 1.0  # Discord allows about five edits in five seconds per channel
_SEND_FOR_S = 30.0

_log = logging.getLogger(__name__)


async def show_notes(client: DealbotClient) -> bool:
    """Edit the notes that wait into their messages, the newest answers first. Return False if some
    must be tried again. Raises StoreError."""
    notes, all_shown = client.runtime.store.notes, True
    observer = client.runtime.observer
    for pending in await notes.pending(_MOST):
        if not _wanted(client, pending):
            await notes.done(pending.message)
            observer.note("dropped")
            continue
        try:
            await _edit(client, pending)
        except discord.NotFound:
            await notes.forget(pending.message)
            observer.note("dropped")
        except UNSENT as error:
            if is_refusal(error):
                await notes.done(pending.message)
                observer.note("dropped")
            else:
                _log.warning("the note on message %d is shown later: %s", pending.message, error)
                observer.note("put_off")
                all_shown = False
        else:
            await notes.done(pending.message)
            observer.note("shown")
        await asyncio.sleep(_PAUSE_S)
    return all_shown


def _wanted(client: DealbotClient, pending: PendingNote) -> bool:
    try:
        return client.runtime.store.settings.get(pending.guild).corrections
    except UnreadableSettingsError:
        return False


async def _edit(client: DealbotClient, pending: PendingNote) -> None:
    """Put the note above the answer. Editing twice is harmless."""
    channel = client.get_partial_messageable(pending.channel, guild_id=pending.guild)
    message = channel.get_partial_message(pending.message)
    with speaking(server_language(client, pending.guild)):
        note = note_text(pending.note)
    no_one = discord.AllowedMentions.none()
    await with_retries(lambda: message.edit(content=note, allowed_mentions=no_one), _SEND_FOR_S)
