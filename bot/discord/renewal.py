"""Answers made anew: after an edit of the question, from the menu, or after a restart."""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any, Self, TypeGuard

import discord

from bot.discord.acknowledgement import send_first_response
from bot.discord.answer_button import AnswerButton, template
from bot.discord.answer_menu import action_of
from bot.discord.answer_view import answer_view
from bot.discord.answers import ask_in, link_question, renew_answer
from bot.discord.client import DealbotClient, Interaction, asker_of
from bot.discord.delivery import token_left_s, with_retries
from bot.discord.drafts import NO_MENTIONS, DeferredTarget, PostedTarget
from bot.discord.failures import UNSENT, told, visit
from bot.discord.history import turns_of
from bot.discord.language import place_language, speaking_to_readers
from bot.discord.messages import asked_in, history_of, is_addressed, message_asker, on_message
from bot.discord.permissions import check_here
from bot.discord.rendering.answers import answer_pages
from bot.discord.retry_offer import TEMPLATE, retry_payload
from bot.discord.signed_button import SignedButton
from bot.domain.errors import LimitedError, QuestionError, Refusal, StoreError
from bot.domain.models import Question, check_question
from bot.store.receipts import StoredReceipt
from bot.store.replies import Reply
from bot.store.signatures import Signer
from prompts import speak, text

_EDIT_FOR_S = 60.0

_log = logging.getLogger(__name__)


class AgainButton(AnswerButton, template=template("again", r"\d{1,20}")):
    """Button that answers an edited question in place of the old answer, for its asker. Its
    argument is the message that asks."""

    what = "again"

    async def act(self, interaction: Interaction, kept: StoredReceipt) -> None:
        _check_own(interaction, kept)
        await send_first_response(interaction, interaction.response.defer)
        message = await _asking_message(interaction, int(self.argument))
        client, asker = interaction.client, asker_of(interaction)
        await _admit(interaction)
        question = Question(
            question=asked_in(client, message),
            history=await history_of(client, message, asker, before=kept.created),
        )
        check_question(question.question)
        sent = await renew_answer(client, kept, question, asker, DeferredTarget(interaction))
        await link_question(client, sent.id, message.id)


class RetryButton(SignedButton, template=TEMPLATE):
    """Button that asks a question again that a shutdown interrupted, for its asker. The answer
    takes the place of the message with the button."""

    def __init__(self, signer: Signer, asker: int, message: int, as_of: str) -> None:
        super().__init__(signer, retry_payload(asker, message, as_of))
        self._asker, self._message, self._as_of = asker, message, as_of

    @classmethod
    def read(cls, signer: Signer, fields: Mapping[str, str]) -> Self:
        return cls(signer, int(fields["asker"]), int(fields["message"]), fields["as_of"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        async with told(interaction), visit(interaction):
            if not self.genuine or interaction.message is None:
                raise QuestionError(text("refusals.button_gone"))
            if interaction.user.id != self._asker:
                raise QuestionError(text("refusals.again_others"))
            await _admit(interaction)
            await send_first_response(interaction, interaction.response.defer)
            private = interaction.message.flags.ephemeral or interaction.guild_id is None
            with speaking_to_readers(interaction.client, interaction.guild_id, private=private):
                await self._ask(interaction, interaction.message, private=private)

    async def _ask(
        self, interaction: Interaction, shown: discord.Message, *, private: bool
    ) -> None:
        client, asker = interaction.client, asker_of(interaction)
        if self._message:
            message = await _asking_message(interaction, self._message)
            asked, history = asked_in(client, message), await history_of(client, message, asker)
        else:
            asked = (shown.embeds[0].footer.text or "") if shown.embeds else ""
            history = turns_of(await client.runtime.requests.conversation(asker))
        check_question(asked)
        question = Question(question=asked, history=history, as_of=self._as_of)
        sent = await ask_in(
            DeferredTarget(interaction),
            client,
            question,
            asker,
            private=private,
            message=self._message,
        )
        if sent and self._message:
            await link_question(client, sent.id, self._message)


async def on_question(client: DealbotClient, message: discord.Message) -> None:
    """Answer a message that is addressed to the bot, unless another process has answered it, and
    offer to answer again if it was edited meanwhile."""
    if client.connections is None:
        await _answer(client, message)
        return
    addressed = is_addressed(client, message)
    answer = partial(_answer, client, message)
    await client.connections.handle(message, addressed=addressed, answer=answer)


async def _answer(client: DealbotClient, message: discord.Message) -> None:
    await on_message(client, message)
    if edited := client.edits.get(str(message.id)):
        await _offer_under_replies(client, edited)


async def on_edit(client: DealbotClient, event: discord.RawMessageUpdateEvent) -> None:
    """Offer to answer again under the answers to an edited message. The offer alone costs
    nothing."""
    message = event.message
    if message.author.bot or message.edited_at is None or not is_addressed(client, message):
        return
    client.edits.add(str(message.id), message)
    speak(place_language(client, event.guild_id, message.author.id))
    await _offer_under_replies(client, message)


async def _offer_under_replies(client: DealbotClient, message: discord.Message) -> None:
    store, requests = client.runtime.store, client.runtime.requests
    try:
        for reply in await store.replies.of_question(message.id):
            kept = await store.receipts.get(reply.receipt)
            if kept is not None and _asks_other(client, message, kept):
                await requests.admit_browsing(message_asker(message))
                await _offer(client, message, kept, reply)
    except LimitedError:
        return  # an earlier offer is there, or the next edit gets one
    except StoreError as error:
        _log.info("an edited question is not known: %s", error)
    except UNSENT as error:
        _log.info("an answer could not offer to be made anew: %s", error)


def _asks_other(client: DealbotClient, message: discord.Message, kept: StoredReceipt) -> bool:
    """Return whether a message asks something else than its answer answers. Discord also reports
    an edit when it adds the preview of a link."""
    if kept.question is not None:
        return asked_in(client, message) != kept.question.question
    return message.edited_at is not None and message.edited_at > kept.created


async def _offer(
    client: DealbotClient, message: discord.Message, kept: StoredReceipt, reply: Reply
) -> None:
    signer, pages = client.runtime.store.signer, answer_pages(kept.answer)
    again = AgainButton(signer, kept.id, str(message.id), label=text("buttons.ask_again"))
    view = answer_view(signer, kept, 0, len(pages), again)
    # A message of several pages may show another one than the buttons expect.
    embed = pages[0] if len(pages) > 1 else discord.utils.MISSING
    answer = message.channel.get_partial_message(reply.message)  # type: ignore[union-attr]
    await with_retries(
        lambda: answer.edit(view=view, embed=embed, allowed_mentions=NO_MENTIONS), _EDIT_FOR_S
    )


@action_of("again")
async def _ask_again(interaction: Interaction, kept: StoredReceipt, message: int | None) -> None:
    """Answer the question of an answer anew, in its place."""
    _check_own(interaction, kept)
    await send_first_response(interaction, interaction.response.defer)
    if kept.question is None:
        raise QuestionError(Refusal.NOT_KEPT)
    await _admit(interaction)
    client, asker = interaction.client, asker_of(interaction)
    if message is None:
        place: DeferredTarget | PostedTarget = DeferredTarget(interaction)
    else:
        channel = client.get_partial_messageable(asker.channel, guild_id=asker.server)
        place = PostedTarget(channel.get_partial_message(message))
    await renew_answer(client, kept, kept.question, asker, place)
    if message is not None:
        said = text("notices.asked_again")
        await with_retries(
            lambda: interaction.edit_original_response(content=said, view=None),
            token_left_s(interaction),
        )


def _check_own(interaction: Interaction, kept: StoredReceipt) -> None:
    if interaction.client.runtime.store.asker(interaction.user.id) != kept.asker:
        raise QuestionError(text("refusals.again_others"))


async def _admit(interaction: Interaction) -> None:
    """Count a question where it may be asked. Raises NotAllowedError and LimitedError."""
    check_here(interaction)
    await interaction.client.runtime.requests.admit(asker_of(interaction))


async def _asking_message(interaction: Interaction, message_id: int) -> discord.Message:
    """Fetch the message that asks, as it is now. Raises QuestionError if it is gone."""
    channel = interaction.channel
    if not _has_messages(channel):
        raise QuestionError(text("refusals.question_gone"))
    try:
        return await channel.fetch_message(message_id)
    except (discord.NotFound, discord.Forbidden) as error:
        raise QuestionError(text("refusals.question_gone")) from error


def _has_messages(channel: object) -> TypeGuard[discord.abc.Messageable]:
    return isinstance(channel, discord.abc.Messageable)
