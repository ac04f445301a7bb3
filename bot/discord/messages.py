"""Questions in messages: a mention, a direct message, a reply to an answer, a thread of them."""

import logging
import re
from contextlib import suppress

import discord

from bot.asking import Asker, after
from bot.discord.answering import answer_message
from bot.discord.client import DealbotClient
from bot.discord.failures import in_words
from bot.discord.permissions import check_place
from bot.discord.rendering.notices import refusal_text
from bot.errors import LimitedError, NotAllowedError
from bot.models import Question, Turn
from bot.store.receipts import Kept
from prompts import text as prompt_text

_KINDS = {discord.MessageType.default, discord.MessageType.reply}

_log = logging.getLogger(__name__)


async def on_message(client: DealbotClient, message: discord.Message) -> None:
    """Answers what is addressed to the bot, and nothing else: never a bot, never a webhook, never
    a message whose text Discord keeps from us."""
    if message.author.bot or message.webhook_id or message.type not in _KINDS:
        return
    if not client.first_sight(message.id) or not _addressed(client, message):
        return
    try:
        async with client.office.desk.visit():
            await _answer(client, message)
    except (LimitedError, NotAllowedError) as refusal:
        await _refuse_privately(client, message, refusal)
    except discord.Forbidden:
        client.may_not_speak(message.channel.id)
    except Exception as error:  # the surface is one of the two places that catch broadly
        with suppress(discord.HTTPException):
            await message.reply(refusal_text(in_words(error)), mention_author=False)


def _addressed(client: DealbotClient, message: discord.Message) -> bool:
    """In a direct message everything is. Elsewhere a mention, which a reply to the bot is too:
    without one, Discord does not give us the text."""
    if message.guild is None:
        return True
    return client.user in message.mentions and not client.is_mute_in(message.channel.id)


async def _answer(client: DealbotClient, message: discord.Message) -> None:
    server = message.guild.id if message.guild else None
    asker = Asker(message.author.id, message.channel.id, server)
    if message.guild is not None:
        settings = await client.office.store.settings.get(message.guild.id)
        check_place(settings, message.channel, message.author)
    await client.office.desk.admit(asker)
    text = _without_mention(client, message.content)
    if not text:
        await message.reply(prompt_text("discord_mention"), mention_author=False, nonce=message.id)
        return
    question = Question(question=text, history=await _history(client, message))
    await answer_message(client, message, question, asker)


async def _history(client: DealbotClient, message: discord.Message) -> tuple[Turn, ...]:
    """The conversation that a message goes on with: that of the answer it replies to, else what
    was asked lately in the same direct messages or thread. In a channel everyone talks at once."""
    replied = await _receipt_replied_to(client, message)
    if replied is not None:
        return after(replied)
    if message.guild is None or isinstance(message.channel, discord.Thread):
        return await client.office.desk.conversation(message.channel.id)
    return ()


async def _receipt_replied_to(client: DealbotClient, message: discord.Message) -> Kept | None:
    reference = message.reference
    if reference is None or reference.message_id is None:
        return None
    kept = await client.office.store.receipts.of_message(reference.message_id)
    # A private answer cannot be replied to openly; one from elsewhere is not of this talk.
    return kept if kept and kept.channel == message.channel.id else None


def _without_mention(client: DealbotClient, text: str) -> str:
    assert client.user is not None  # messages come only once it is known
    return re.sub(rf"<@!?{client.user.id}>", " ", text).strip()


async def _refuse_privately(
    client: DealbotClient, message: discord.Message, refusal: LimitedError | NotAllowedError
) -> None:
    """By direct message, once in a while: a message in the channel would make the noise that the
    limit is there to spare it."""
    try:
        await client.office.refusals.admit(message.author.id, None, None)
        await message.author.send(refusal_text(refusal.user_message))
    except LimitedError:
        return
    except discord.HTTPException as unsent:
        _log.info("a refusal could not be told privately: %s", unsent)
