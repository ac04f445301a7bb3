"""Answering through Discord: the same for a command, a menu and a message."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import discord

from bot.discord.acknowledgement import defer
from bot.discord.buttons import answer_view
from bot.discord.client import DealbotClient, Interaction, asker_of
from bot.discord.delivery import edit_answer
from bot.discord.drafts import InPlace, InReply, growing
from bot.discord.failures import UNSENT, told, visit
from bot.discord.permissions import check_place
from bot.discord.rendering.answers import answer_pages
from bot.discord.rendering.checks import check_embeds
from bot.domain.claims import Claims, claim_spans
from bot.domain.errors import StoreError
from bot.domain.models import Question, check_question
from bot.requests.handler import Asker
from bot.serving.service import OnWait
from bot.store.receipts import Kept
from bot.store.settings import ServerSettings
from prompts import text

_TYPING_S = 8.0  # Discord shows it for ten

_Send = Callable[[list[discord.Embed], discord.ui.View | None], Awaitable[discord.Message]]

_log = logging.getLogger(__name__)


async def answer_interaction(interaction: Interaction, text: str, private: bool | None) -> None:
    """Defers at once, answers when the answer is there, and keeps which message gives it."""
    office, asker = interaction.client.office, asker_of(interaction)
    async with told(interaction), visit(interaction):
        office.observer.arrived("command", text)
        check_question(text)  # a refusal is private only until something public is deferred
        hidden = await _admitted(interaction, asker, private)
        history = await office.desk.conversation(asker)
        question = Question(question=text, history=history)
        place = InPlace(interaction)
        on_wait = _telling_of_wait(interaction)
        async with growing(place) as on_draft:
            kept = await office.desk.ask(
                question, asker, private=hidden, on_wait=on_wait, on_draft=on_draft
            )
        await _deliver(interaction.client, kept, place.send)


async def check_interaction(interaction: Interaction, text: str) -> None:
    """Checks a text, which is not kept, nor what came of it."""
    office, asker = interaction.client.office, asker_of(interaction)
    async with told(interaction), visit(interaction):
        office.observer.arrived("command", text)
        claim_spans(text)
        await _admitted(interaction, asker, None)
        on_wait = _telling_of_wait(interaction)
        check = await office.desk.check(Claims(question=text), asker, on_wait=on_wait)
        await edit_answer(interaction, embeds=list(check_embeds(check)), view=None)


async def _admitted(interaction: Interaction, asker: Asker, private: bool | None) -> bool:
    """Whether what comes is for the asker alone, as asked for or as the server's default is. It
    may be asked here and now, and is deferred. Raises NotAllowedError or LimitedError."""
    office, settings = interaction.client.office, ServerSettings()
    if interaction.guild_id is not None:
        settings = office.store.settings.get(interaction.guild_id)
        check_place(settings, interaction.channel, interaction.user)
    await office.desk.admit(asker)
    hidden = settings.private if private is None else private
    await defer(interaction, private=hidden)
    return hidden


def _telling_of_wait(interaction: Interaction) -> OnWait:
    async def waiting(before: int) -> None:
        with suppress(*UNSENT):  # the answer itself comes anyhow
            await interaction.edit_original_response(content=_waiting_line(before))

    return waiting


async def answer_message(
    client: DealbotClient, message: discord.Message, question: Question, asker: Asker
) -> None:
    """Answers in a reply."""
    place = InReply(message)
    async with _typing(message.channel), growing(place) as on_draft:
        kept = await client.office.desk.ask(
            question, asker, private=message.guild is None, on_draft=on_draft
        )
    await _deliver(client, kept, place.send)


async def _deliver(client: DealbotClient, kept: Kept, send: _Send) -> None:
    """Renders, sends, and keeps which message gives the answer."""
    answered = time.monotonic()
    embeds, view = await _shown_in_turn(client, kept)
    rendered = time.monotonic()
    sent = await send(embeds, view)
    client.office.observer.delivered(rendered - answered, time.monotonic() - rendered)
    await _link(client, sent, kept)


async def _shown_in_turn(
    client: DealbotClient, kept: Kept
) -> tuple[list[discord.Embed], discord.ui.View | None]:
    """One in each pass of the event loop: the answers of a batch come together, and a newcomer's
    acknowledgement would stand behind them all."""
    async with client.rendering:
        await asyncio.sleep(0)
        return shown(client, kept)


def shown(client: DealbotClient, kept: Kept) -> tuple[list[discord.Embed], discord.ui.View | None]:
    """The first page of an answer with its buttons."""
    pages = answer_pages(kept.answer, kept.id)
    return [pages[0]], answer_view(client.office.store.signer, kept, 0, len(pages))


async def _link(client: DealbotClient, sent: discord.Message, kept: Kept) -> None:
    try:
        await client.office.store.receipts.link_message(sent.id, kept.id)
    except StoreError as error:  # the answer is there: telling of this would be a second one
        _log.info("replies to the answer %s will not know it: %s", kept.id, error)


@asynccontextmanager
async def _typing(channel: discord.abc.Messageable) -> AsyncIterator[None]:
    """Shown beside the work, which does not wait for it."""

    async def show_typing() -> None:
        with suppress(*UNSENT):
            await channel.typing()

    async def keep_typing() -> None:
        while True:
            # Not cancelled on its way: where it meets a global limit, discord.py lifts that in
            # this request, and would else never send anything again.
            await asyncio.shield(show_typing())
            await asyncio.sleep(_TYPING_S)

    typing = asyncio.create_task(keep_typing(), name="typing")
    try:
        yield
    finally:
        typing.cancel()


def _waiting_line(before: int) -> str:
    return text("discord_waiting", before=before) if before else text("discord_next")
