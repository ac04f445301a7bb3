"""Questions in messages: mentions, direct messages, replies to answers, and threads of answers."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial

import discord

from bot.discord.answers import answer_message
from bot.discord.client import DealbotClient
from bot.discord.delivery import with_retries
from bot.discord.failures import UNSENT, error_text
from bot.discord.history import turns_of, turns_until
from bot.discord.language import place_language
from bot.discord.permissions import check_can_reply, check_place, may_react
from bot.discord.rendering.notices import refusal_text
from bot.discord.text.message_text import message_text
from bot.domain.errors import (
    LimitedError,
    NotAllowedError,
    ServiceBusyError,
    ServiceClosedError,
    StoreError,
)
from bot.domain.models import Question, Turn
from bot.requests.handler import Asker
from bot.store.receipts import StoredReceipt
from bot.wording.errors import error_line
from prompts import speak
from prompts import text as prompt_text

_KINDS = {discord.MessageType.default, discord.MessageType.reply}
_SEND_FOR_S = 60.0
_INVALID_FORM = 50035
_LATER, _NOT_HERE = "⏳", "🚫"

_log = logging.getLogger(__name__)


async def on_message(client: DealbotClient, message: discord.Message) -> None:
    """Answer a message that is addressed to the bot. Ignore all others: those of bots and webhooks,
    and those in a server without a mention, whose text Discord withholds."""
    if message.author.bot or message.webhook_id or message.type not in _KINDS:
        return
    if not is_addressed(client, message) or not client.first_sight(message.id):
        return
    guild = message.guild.id if message.guild else None
    speak(place_language(client, guild, message.author.id))
    try:
        with client.runtime.requests.visit(message_asker(message)):
            await _answer_or_tell(client, message)
    except (ServiceBusyError, ServiceClosedError) as refusal:
        client.runtime.observer.refused(refusal)
        client.refusal_queue.tell(partial(_tell, message, refusal))


async def _answer_or_tell(client: DealbotClient, message: discord.Message) -> None:
    try:
        with _observed(client):
            await _answer(client, message)
    except (LimitedError, NotAllowedError) as refusal:
        await _refuse_privately(client, message, refusal)
    except discord.Forbidden:
        client.may_not_speak(message.channel.id)
        await _refuse_privately(client, message, NotAllowedError(prompt_text("refusals.not_there")))
    except Exception as error:  # one of the two places that catch broadly
        await _tell(message, error)


@contextmanager
def _observed(client: DealbotClient) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        client.runtime.observer.refused(error)
        client.runtime.requests.capacity.record_outcome()
        raise


def is_addressed(client: DealbotClient, message: discord.Message) -> bool:
    """Return whether a message is addressed to the bot. Every direct message is; elsewhere the
    message must mention the bot. A reply that pings the bot is a mention. Discord withholds the
    text of messages without a mention."""
    return message.guild is None or client.user in message.mentions


async def _answer(client: DealbotClient, message: discord.Message) -> None:
    asker = message_asker(message)
    client.runtime.observer.arrived("message", message_text(message))
    check_can_reply(client, message)
    if message.guild is not None:
        settings = client.runtime.store.settings.get(message.guild.id)
        check_place(settings, message.channel, message.author)
    await client.runtime.requests.admit(asker)
    text = asked_in(client, message)
    if not text:
        await _say(message, prompt_text("discord_mention"))
        return
    question = Question(question=text, history=await history_of(client, message, asker))
    await answer_message(client, message, question, asker)


def asked_in(client: DealbotClient, message: discord.Message) -> str:
    """Return the text of a message without the mention of the bot."""
    assert client.user is not None  # set before the first message arrives
    return re.sub(rf"<@!?{client.user.id}>", " ", message_text(message)).strip()


async def history_of(
    client: DealbotClient,
    message: discord.Message,
    asker: Asker,
    before: datetime | None = None,
) -> tuple[Turn, ...]:
    """Return the conversation that a message continues, oldest turn first; only what was asked
    before a time, if one is given. The first of these that exists counts: the conversation of the
    answer replied to, recent questions in the same direct messages or thread, the answer that
    started the thread. In other channels everyone talks at once, so only a reply has a history."""
    reference = message.reference.message_id if message.reference else None
    if replied := await _public_receipt(client, message, reference, message.channel.id):
        return turns_until(replied)
    in_thread = isinstance(message.channel, discord.Thread)
    if message.guild is not None and not in_thread:
        return ()
    recent = await client.runtime.requests.conversation(asker, of_all=True)
    said = turns_of(each for each in recent if before is None or each.created < before)
    if not said and isinstance(message.channel, discord.Thread):
        thread = message.channel  # has the id of the message that started it
        if start := await _public_receipt(client, message, thread.id, thread.parent_id):
            return turns_until(start)
    return said


async def _public_receipt(
    client: DealbotClient, message: discord.Message, answer_id: int | None, channel: int
) -> StoredReceipt | None:
    """Return the receipt of an answer in this channel that every reader of the message may see, or
    None."""
    if answer_id is None:
        return None
    store, guild = client.runtime.store, message.guild
    try:
        kept = await store.receipts.of_message(answer_id)
    except StoreError as error:
        _log.info("the replied-to message is not known: %s", error)
        return None
    if kept is None or kept.channel != store.channel(channel, guild.id if guild else None):
        return None
    if kept.private and guild is not None:
        return None
    return kept


def message_asker(message: discord.Message) -> Asker:
    server = message.guild.id if message.guild else None
    return Asker(message.author.id, message.channel.id, server)


async def _say(message: discord.Message, text: str) -> None:
    """Reply to a message, retrying for up to a minute. An answer has the same nonce, so Discord
    posts only one of the two."""
    await with_retries(
        lambda: message.reply(text, mention_author=False, nonce=message.id), _SEND_FOR_S
    )


async def _tell(message: discord.Message, error: Exception) -> None:
    if _is_gone(error):
        _log.info("a question was deleted before its answer came")
        return
    try:
        await _say(message, refusal_text(error_text(error)))
    except UNSENT as unsent:
        _log.warning("an error message could not be sent: %s", unsent)


def _is_gone(error: Exception) -> bool:
    """Return whether the message to reply to no longer exists."""
    if isinstance(error, discord.NotFound):
        return True
    form = isinstance(error, discord.HTTPException) and error.code == _INVALID_FORM
    return form and "message_reference" in str(error)


async def _refuse_privately(
    client: DealbotClient, message: discord.Message, refusal: LimitedError | NotAllowedError
) -> None:
    """Send a refusal by direct message, limited per user. A refusal in the channel would make the
    noise that the limit prevents. React with an emoji if the user accepts no direct messages."""
    try:
        await client.runtime.refusals.admit(message.author.id, None, None)
        await message.author.send(refusal_text(error_line(refusal)), nonce=message.id)
    except LimitedError:
        return
    except UNSENT as unsent:
        _log.info("a refusal could not be sent privately: %s", unsent)
        await _react(client, message, _LATER if isinstance(refusal, LimitedError) else _NOT_HERE)


async def _react(client: DealbotClient, message: discord.Message, emoji: str) -> None:
    if may_react(client, message):
        with suppress(*UNSENT):
            await message.add_reaction(emoji)
