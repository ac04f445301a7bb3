"""Answers to questions on Discord; commands, menus and messages share this code."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import discord

from bot.answering.time.moments import dated
from bot.discord.acknowledgement import defer
from bot.discord.answer_view import answer_view
from bot.discord.client import DealbotClient, Interaction, asker_of
from bot.discord.drafts import DeferredTarget, ReplyTarget, Target, growing
from bot.discord.failures import UNSENT, told, visit
from bot.discord.history import turns_of
from bot.discord.language import speak_to_place, speaking_to_readers
from bot.discord.page_buttons import show_list
from bot.discord.permissions import check_here
from bot.discord.removal import remove_replies
from bot.discord.rendering.answers import answer_pages
from bot.discord.retry_offer import offer_retry
from bot.domain.callbacks import OnWait
from bot.domain.claims import CheckRequest, check_text
from bot.domain.errors import ServiceClosedError, StoreError
from bot.domain.models import Question, check_question
from bot.domain.overviews import OverviewRequest, check_overview
from bot.requests.handler import Asker
from bot.store.receipts import StoredReceipt
from bot.wording.overviews import asked_in_words
from prompts import text

_TYPING_S = 8.0  # Discord shows the indicator for ten seconds

_Send = Callable[[list[discord.Embed], discord.ui.View | None], Awaitable[discord.Message]]

_log = logging.getLogger(__name__)


async def answer_interaction(
    interaction: Interaction, text: str, private: bool | None, as_of: str = ""
) -> None:
    """Answer a question from a command or menu, with what was known at `as_of` if given. Defer at
    once, edit in the answer when it is ready, and record which message shows it. Failures are shown
    to the user and not raised."""
    runtime, asker = interaction.client.runtime, asker_of(interaction)
    async with told(interaction), visit(interaction):
        runtime.observer.arrived("command", text)
        check_question(text)  # before deferring: after a public defer, a refusal is public too
        asked = dated(Question(question=text, as_of=as_of))
        hidden = await _admitted(interaction, asker, private)
        history = turns_of(await runtime.requests.conversation(asker))
        question = asked.model_copy(update={"history": history})
        place, on_wait = DeferredTarget(interaction), _telling_of_wait(interaction)
        await ask_in(place, interaction.client, question, asker, private=hidden, on_wait=on_wait)


async def ask_in(
    place: Target,
    client: DealbotClient,
    question: Question,
    asker: Asker,
    *,
    private: bool,
    message: int = 0,
    on_wait: OnWait | None = None,
) -> discord.Message | None:
    """Answer a question in `place`. If a shutdown interrupts it, offer there to ask again, and
    return None. `message` asks the question; 0 if a command does."""
    try:
        async with growing(place) as on_draft:
            kept = await client.runtime.requests.ask(
                question, asker, private=private, on_wait=on_wait, on_draft=on_draft
            )
    except ServiceClosedError as error:
        await offer_retry(client, error, question, asker, place, message)
        return None
    return await _deliver(client, kept, place.send)


async def overview_interaction(
    interaction: Interaction, request: OverviewRequest, private: bool | None
) -> None:
    """Show what is new or what happened. Failures are shown to the user and not raised."""
    runtime, asker = interaction.client.runtime, asker_of(interaction)
    async with told(interaction), visit(interaction):
        runtime.observer.arrived("command", asked_in_words(request))
        check_overview(request)
        hidden = await _admitted(interaction, asker, private)
        # only now in the language of those who read it
        request = request.model_copy(update={"question": asked_in_words(request)})
        on_wait = _telling_of_wait(interaction)
        kept = await runtime.requests.overview(request, asker, private=hidden, on_wait=on_wait)
        await _deliver(interaction.client, kept, DeferredTarget(interaction).send)


async def check_interaction(interaction: Interaction, text: str, *, private: bool = True) -> None:
    """Check a text against the articles and show the result. Neither the text nor the result is
    stored; for half an hour they are held in memory, to turn the pages."""
    runtime, asker = interaction.client.runtime, asker_of(interaction)
    async with told(interaction), visit(interaction):
        runtime.observer.arrived("command", text)
        check_text(text)
        await _admitted(interaction, asker, private)
        on_wait = _telling_of_wait(interaction)
        check = await runtime.requests.check(CheckRequest(text=text), asker, on_wait=on_wait)
        interaction.client.checks.add(check.id, check)
        await show_list(interaction, "check", check.id)


async def _admitted(interaction: Interaction, asker: Asker, private: bool | None) -> bool:
    """Check permissions and limits, then defer the response. Return whether the answer is private:
    the user's choice, or else the server's default. Raises NotAllowedError if the user may not ask
    here, and LimitedError if a rate limit is reached."""
    settings = check_here(interaction)
    await interaction.client.runtime.requests.admit(asker)
    hidden = settings.private if private is None else private
    await defer(interaction, private=hidden)
    if not hidden:
        speak_to_place(interaction)
    return hidden


def _telling_of_wait(interaction: Interaction) -> OnWait:
    async def waiting(before: int) -> None:
        with suppress(*UNSENT):  # the answer follows in any case
            await interaction.edit_original_response(content=_waiting_line(before))

    return waiting


async def answer_message(
    client: DealbotClient, message: discord.Message, question: Question, asker: Asker
) -> None:
    """Answer a message in a reply. Direct messages get a private receipt."""
    renews = client.connections is not None and client.connections.was_repeated(message.id)
    place, private = ReplyTarget(message, renews=renews), message.guild is None
    async with _typing(message.channel):
        sent = await ask_in(place, client, question, asker, private=private, message=message.id)
    if sent is None:
        return
    await link_question(client, sent.id, message.id)
    if client.was_deleted(message.id):  # while the answer was on its way
        await remove_replies(client, message.id, message.channel.id, asker.server)


async def link_question(client: DealbotClient, answer: int, question: int) -> None:
    """Record which message the message `answer` answers."""
    try:
        await client.runtime.store.replies.link(answer, question)
    except StoreError as error:
        _log.info("changes of the question %d have no effect: %s", question, error)


async def renew_answer(
    client: DealbotClient, old: StoredReceipt, question: Question, asker: Asker, place: Target
) -> discord.Message:
    """Answer a question anew in place of an answer. The receipt of the old one is deleted: no
    message shows it any more."""
    requests, store = client.runtime.requests, client.runtime.store
    with speaking_to_readers(client, asker.server, private=old.private):
        async with growing(place) as on_draft:
            kept = await requests.ask(question, asker, private=old.private, on_draft=on_draft)
        sent = await _deliver(client, kept, place.send)
    await store.replies.renew(sent.id)
    await store.receipts.forget(old.id)
    return sent


async def _deliver(client: DealbotClient, kept: StoredReceipt, send: _Send) -> discord.Message:
    """Render the answer, send it, and record which message shows it."""
    answered = time.monotonic()
    embeds, view = await _shown_in_turn(client, kept)
    rendered = time.monotonic()
    sent = await send(embeds, view)
    client.runtime.observer.delivered(rendered - answered, time.monotonic() - rendered)
    await _link(client, sent, kept)
    return sent


async def _shown_in_turn(
    client: DealbotClient, kept: StoredReceipt
) -> tuple[list[discord.Embed], discord.ui.View | None]:
    """Render an answer, one per pass of the event loop. The answers of a batch finish together;
    without the pause, acknowledgements of new requests would wait for all of them."""
    async with client.rendering:
        await asyncio.sleep(0)
        return shown(client, kept)


def shown(
    client: DealbotClient, kept: StoredReceipt
) -> tuple[list[discord.Embed], discord.ui.View | None]:
    """Render the first page of an answer with its buttons."""
    pages = answer_pages(kept.answer)
    return [pages[0]], answer_view(client.runtime.store.signer, kept, 0, len(pages))


async def _link(client: DealbotClient, sent: discord.Message, kept: StoredReceipt) -> None:
    try:
        await client.runtime.store.receipts.link_message(sent.id, kept.id)
    except StoreError as error:  # the user has the answer; do not report this too
        _log.info("replies to the answer %s will miss its context: %s", kept.id, error)


@asynccontextmanager
async def _typing(channel: discord.abc.Messageable) -> AsyncIterator[None]:
    """Show the typing indicator while the block runs, without delaying the block."""

    async def show_typing() -> None:
        with suppress(*UNSENT):
            await channel.typing()

    async def keep_typing() -> None:
        while True:
            # Never cancel the request: if it meets a global rate limit, discord.py lifts the limit
            # within this request. Cancelled, it would block all later requests.
            await asyncio.shield(show_typing())
            await asyncio.sleep(_TYPING_S)

    typing = asyncio.create_task(keep_typing(), name="typing")
    try:
        yield
    finally:
        typing.cancel()


def _waiting_line(before: int) -> str:
    return text("discord_waiting", before=before) if before else text("discord_next")
