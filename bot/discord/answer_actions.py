"""Actions on an answer, for its buttons and its menu."""

from contextlib import suppress
from typing import Literal

import discord

from bot.discord.acknowledgement import defer, respond, send_first_response
from bot.discord.client import Interaction, asker_of
from bot.discord.delivery import token_left_s, with_retries
from bot.discord.lookups import further, in_context
from bot.discord.page_buttons import Pages, pages_of, show_list
from bot.discord.permissions import may_delete
from bot.discord.receipt_access import readable_receipt
from bot.discord.rendering.evidence import more_evidence_pages, sentence_in_context
from bot.domain.errors import QuestionError
from bot.store.receipts import StoredReceipt
from prompts import text

_VOTED = {1: "notices.voted_up", -1: "notices.voted_down", 0: "notices.vote_taken_back"}
_DELETE_FOR_S = 60.0


async def show_passage(interaction: Interaction, kept: StoredReceipt, number: int) -> None:
    """Show a cited sentence in its context, to this user only."""
    shown = kept.answer.citations or kept.answer.closest
    cited = next((c for c in shown if c.number == number), None)
    if cited is None:
        raise QuestionError(text("refusals.answer_gone"))
    generation = interaction.client.runtime.live.current.generation
    page = sentence_in_context(in_context(generation.texts, cited))[0]
    await respond(interaction, embed=page)


async def show_more(interaction: Interaction, kept: StoredReceipt) -> None:
    """Show the sentences ranked next, taken from the live generation."""
    await defer(interaction, private=True)
    await show_list(interaction, "more", kept.id)


@pages_of("more")
async def _more(interaction: Interaction, receipt_id: str) -> Pages:
    kept = await readable_receipt(interaction, receipt_id)
    receipt = await interaction.client.runtime.requests.answer_again(kept, asker_of(interaction))
    return more_evidence_pages(further(receipt, kept.answer))


async def show_why(interaction: Interaction, kept: StoredReceipt) -> None:
    """Show how the answer came about, as `/why` does."""
    await defer(interaction, private=True)
    await show_list(interaction, "why", kept.id)


async def vote(interaction: Interaction, kept: StoredReceipt, value: Literal[-1, 1]) -> None:
    """Record a vote, 1 or -1. Each user has one vote; the same vote again takes it back."""
    # First, because a vote that two processes receive would be taken back.
    await defer(interaction, private=True)
    store = interaction.client.runtime.store
    voted = await store.votes.vote(kept.id, store.asker(interaction.user.id), value)
    await with_retries(
        lambda: interaction.edit_original_response(content=text(_VOTED[voted])),
        token_left_s(interaction),
    )


async def delete(interaction: Interaction, kept: StoredReceipt, message: int | None = None) -> None:
    """Delete an answer and its receipt, because autocomplete would otherwise offer the question to
    others. `message` is the answer; None if the interaction comes from it. Raises QuestionError
    unless the user asked or may manage messages."""
    if not may_delete(interaction, kept):
        raise QuestionError(text("refusals.delete_others"))
    if message is None:
        await send_first_response(interaction, interaction.response.defer)
        remove, left_s = interaction.delete_original_response, token_left_s(interaction)
    else:
        await _say_deleted(interaction)
        answer = interaction.client.get_partial_messageable(
            interaction.channel_id or 0, guild_id=interaction.guild_id
        ).get_partial_message(message)
        remove, left_s = answer.delete, _DELETE_FOR_S
    with suppress(discord.NotFound):  # already deleted, by another user or an earlier try
        await with_retries(remove, left_s)
    await interaction.client.runtime.store.receipts.forget(kept.id)


async def _say_deleted(interaction: Interaction) -> None:
    """Replace the private menu, whose answer goes."""
    said = text("notices.deleted")
    await send_first_response(
        interaction, lambda: interaction.response.edit_message(content=said, view=None)
    )
