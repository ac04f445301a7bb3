"""Questions in messages: a mention, a direct message, a reply to an answer, a thread of them."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

import discord

from bot.discord.answers import answer_message
from bot.discord.client import DealbotClient
from bot.discord.delivery import persistently
from bot.discord.failures import UNSENT, in_words
from bot.discord.permissions import check_place, check_voice, may_react
from bot.discord.rendering.notices import refusal_text
from bot.domain.errors import (
    LimitedError,
    NotAllowedError,
    ServiceBusyError,
    ServiceClosedError,
    StoreError,
)
from bot.domain.models import Question, Turn
from bot.requests.handler import Asker, after
from bot.store.receipts import Kept
from prompts import text as prompt_text

_KINDS = {discord.MessageType.default, discord.MessageType.reply}
_SEND_FOR_S = 60.0
_INVALID_FORM = 50035
_LATER, _NOT_HERE = "⏳", "🚫"

_log = logging.getLogger(__name__)


async def on_message(client: DealbotClient, message: discord.Message) -> None:
    """Answers what is addressed to the bot, and nothing else: never a bot, never a webhook, never
    a message whose text Discord keeps from us."""
    if message.author.bot or message.webhook_id or message.type not in _KINDS:
        return
    if not _addressed(client, message) or not client.first_sight(message.id):
        return
    try:
        with client.office.desk.visit(_asker_of(message)):
            await _answer_or_tell(client, message)
    except (ServiceBusyError, ServiceClosedError) as refusal:
        client.office.observer.refused(refusal)
        client.turning_away.tell(partial(_tell, message, refusal))


async def _answer_or_tell(client: DealbotClient, message: discord.Message) -> None:
    try:
        with _observed(client):
            await _answer(client, message)
    except (LimitedError, NotAllowedError) as refusal:
        await _refuse_privately(client, message, refusal)
    except discord.Forbidden:
        client.may_not_speak(message.channel.id)
        await _refuse_privately(client, message, NotAllowedError(prompt_text("refusals.not_there")))
    except Exception as error:  # the surface is one of the two places that catch broadly
        await _tell(message, error)


@contextmanager
def _observed(client: DealbotClient) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        client.office.observer.refused(error)
        raise


def _addressed(client: DealbotClient, message: discord.Message) -> bool:
    """In a direct message everything is. Elsewhere a mention, which a reply to the bot is too:
    without one, Discord does not give us the text."""
    return message.guild is None or client.user in message.mentions


async def _answer(client: DealbotClient, message: discord.Message) -> None:
    asker = _asker_of(message)
    client.office.observer.arrived("message", message.content)
    check_voice(client, message)
    if message.guild is not None:
        settings = client.office.store.settings.get(message.guild.id)
        check_place(settings, message.channel, message.author)
    await client.office.desk.admit(asker)
    text = _without_mention(client, message.content)
    if not text:
        await _say(message, prompt_text("discord_mention"))
        return
    question = Question(question=text, history=await _history(client, message, asker))
    await answer_message(client, message, question, asker)


async def _history(
    client: DealbotClient, message: discord.Message, asker: Asker
) -> tuple[Turn, ...]:
    """The conversation that a message goes on with: that of the answer it replies to, else what
    was asked lately in the same direct messages or thread, else the answer that the thread was
    started from. In a channel everyone talks at once."""
    reference = message.reference.message_id if message.reference else None
    if replied := await _public_receipt(client, message, reference, message.channel.id):
        return after(replied)
    in_thread = isinstance(message.channel, discord.Thread)
    if message.guild is not None and not in_thread:
        return ()
    said = await client.office.desk.conversation(asker, of_all=True)
    if not said and isinstance(message.channel, discord.Thread):
        thread = message.channel  # which has the id of the message that it was started from
        if start := await _public_receipt(client, message, thread.id, thread.parent_id):
            return after(start)
    return said


async def _public_receipt(
    client: DealbotClient, message: discord.Message, answer_id: int | None, channel: int
) -> Kept | None:
    """The receipt of an answer in this channel that all who read this message could read."""
    if answer_id is None:
        return None
    store, guild = client.office.store, message.guild
    try:
        kept = await store.receipts.of_message(answer_id)
    except StoreError as error:
        _log.info("what is replied to is not known: %s", error)
        return None
    if kept is None or kept.channel != store.channel(channel, guild.id if guild else None):
        return None
    if kept.private and guild is not None:
        return None
    return kept


def _asker_of(message: discord.Message) -> Asker:
    server = message.guild.id if message.guild else None
    return Asker(message.author.id, message.channel.id, server)


def _without_mention(client: DealbotClient, text: str) -> str:
    assert client.user is not None  # messages come only once it is known
    return re.sub(rf"<@!?{client.user.id}>", " ", text).strip()


async def _say(message: discord.Message, text: str) -> None:
    """In a reply. With the nonce that an answer has, Discord takes only one of them."""
    await persistently(
        lambda: message.reply(text, mention_author=False, nonce=message.id), _SEND_FOR_S
    )


async def _tell(message: discord.Message, error: Exception) -> None:
    if _is_gone(error):
        _log.info("a question was deleted before its answer came")
        return
    try:
        await _say(message, refusal_text(in_words(error)))
    except UNSENT as unsent:
        _log.warning("a failure could not be told: %s", unsent)


def _is_gone(error: Exception) -> bool:
    """Whether there is nothing left to reply to."""
    if isinstance(error, discord.NotFound):
        return True
    form = isinstance(error, discord.HTTPException) and error.code == _INVALID_FORM
    return form and "message_reference" in str(error)


async def _refuse_privately(
    client: DealbotClient, message: discord.Message, refusal: LimitedError | NotAllowedError
) -> None:
    """By direct message, once in a while: a message in the channel would make the noise that the
    limit is there to spare it. Who takes no direct messages sees a reaction."""
    try:
        await client.office.refusals.admit(message.author.id, None, None)
        await message.author.send(refusal_text(refusal.user_message))
    except LimitedError:
        return
    except UNSENT as unsent:
        _log.info("a refusal could not be told privately: %s", unsent)
        await _react(client, message, _LATER if isinstance(refusal, LimitedError) else _NOT_HERE)


async def _react(client: DealbotClient, message: discord.Message, emoji: str) -> None:
    if may_react(client, message):
        with suppress(*UNSENT):
            await message.add_reaction(emoji)
