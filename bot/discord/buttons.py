"""The buttons under an answer. Their ids hold all their data, so they survive a restart."""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar, Self

import discord

from bot.discord.acknowledgement import defer, respond, send_first_response
from bot.discord.client import Interaction, asker_of
from bot.discord.delivery import token_left_s, with_retries
from bot.discord.erasure import ForgetButton
from bot.discord.failures import told, visit
from bot.discord.lookups import further, in_context
from bot.discord.page_buttons import Pages, TurnButton, pages_of, show_list, turns
from bot.discord.permissions import may_delete
from bot.discord.receipt_access import readable_receipt
from bot.discord.rendering.answers import answer_pages
from bot.discord.rendering.evidence import more_evidence_pages, sentence_in_context
from bot.discord.signed_button import TAG, SignedButton
from bot.domain.errors import QuestionError
from bot.domain.models import Answer
from bot.store.receipts import StoredReceipt
from bot.store.signatures import Signer
from prompts import text

_ID = r"(?P<receipt>[a-z2-7]{12})"
_MOST_QUOTES = 5  # Discord's limit for one row of buttons
_VOTED = {1: "notices.voted_up", -1: "notices.voted_down", 0: "notices.vote_taken_back"}


class _AnswerButton(SignedButton, template="a^"):
    """Button of one receipt. Its action `what` and its argument are signed together with the
    receipt's id, so a forged id is refused."""

    what: ClassVar[str]
    keeps_order: ClassVar[bool] = False

    def __init__(self, signer: Signer, receipt: str, argument: str = "", **look: Any) -> None:
        super().__init__(signer, f"{self.what}:{receipt}:{argument}", **look)
        self.receipt, self.argument = receipt, argument

    @classmethod
    def read(cls, signer: Signer, fields: Mapping[str, str]) -> Self:
        return cls(signer, fields["receipt"], fields["argument"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        keeps_order = self.keeps_order
        async with told(interaction), visit(interaction, moderating=keeps_order):
            if not self.genuine:
                raise QuestionError(text("refusals.answer_gone"))
            if not keeps_order:  # a flood uses up the limits that moderators share
                await interaction.client.runtime.requests.admit(asker_of(interaction))
            kept = await readable_receipt(interaction, self.receipt)
            await self.act(interaction, kept)

    async def act(self, interaction: Interaction, kept: StoredReceipt) -> None:
        raise NotImplementedError


def _template(what: str, argument: str = "") -> re.Pattern[str]:
    return re.compile(rf"{what}:{_ID}:(?P<argument>{argument}):{TAG}")


class QuoteButton(_AnswerButton, template=_template("cite", r"\d{1,2}")):
    """Button such as [1] that shows the cited sentence in context, only to the user who clicks."""

    what = "cite"

    async def act(self, interaction: Interaction, kept: StoredReceipt) -> None:
        shown = kept.answer.citations or kept.answer.closest
        cited = next((c for c in shown if c.number == int(self.argument)), None)
        if cited is None:
            raise QuestionError(text("refusals.answer_gone"))
        generation = interaction.client.runtime.live.current.generation
        page = sentence_in_context(in_context(generation.texts, cited))[0]
        await respond(interaction, embed=page)


class MoreButton(_AnswerButton, template=_template("more")):
    """Button that shows the sentences ranked next, taken from the live generation."""

    what = "more"

    async def act(self, interaction: Interaction, kept: StoredReceipt) -> None:
        await defer(interaction, private=True)
        await show_list(interaction, "more", kept.id)


@pages_of("more")
async def _more(interaction: Interaction, receipt_id: str) -> Pages:
    kept = await readable_receipt(interaction, receipt_id)
    receipt = await interaction.client.runtime.requests.answer_again(kept, asker_of(interaction))
    return more_evidence_pages(further(receipt, kept.answer))


class VoteButton(_AnswerButton, template=_template("vote", "up|down")):
    """Vote button. Each user has one vote; the same vote again takes it back."""

    what = "vote"

    async def act(self, interaction: Interaction, kept: StoredReceipt) -> None:
        store = interaction.client.runtime.store
        vote = await store.votes.vote(
            kept.id, store.asker(interaction.user.id), 1 if self.argument == "up" else -1
        )
        await respond(interaction, content=text(_VOTED[vote]))


class DeleteButton(_AnswerButton, template=_template("drop")):
    """Button that deletes an answer, for its asker and for moderators. It also deletes the receipt,
    because autocomplete would otherwise offer the question to others."""

    what = "drop"
    keeps_order = True

    async def act(self, interaction: Interaction, kept: StoredReceipt) -> None:
        if not may_delete(interaction, kept):
            raise QuestionError(text("refusals.delete_others"))
        await send_first_response(interaction, interaction.response.defer)
        with suppress(discord.NotFound):  # already deleted, by another user or an earlier try
            await with_retries(interaction.delete_original_response, token_left_s(interaction))
        await interaction.client.runtime.store.receipts.forget(kept.id)


class PageButton(_AnswerButton, template=_template("page", r"\d{1,3}")):
    """Button that turns to another page of a long answer. The asker's click edits the message
    itself. Other users get a private copy with its own page buttons."""

    what = "page"

    async def act(self, interaction: Interaction, kept: StoredReceipt) -> None:
        pages = answer_pages(_as_shown(kept, interaction.message), kept.id)
        number = min(int(self.argument), len(pages) - 1)
        store, response = interaction.client.runtime.store, interaction.response
        mine = store.asker(interaction.user.id) == kept.asker
        make_view = answer_view if mine else page_view
        view = make_view(store.signer, kept, number, len(pages))
        copied = interaction.message is not None and interaction.message.flags.ephemeral
        if mine or copied:
            await send_first_response(
                interaction, lambda: response.edit_message(embed=pages[number], view=view)
            )
        else:
            await respond(interaction, embed=pages[number], view=view)


def _as_shown(kept: StoredReceipt, message: discord.Message | None) -> Answer:
    """Return the answer with its question. If the receipt does not store the question, take it from
    the message's embed."""
    if kept.question is not None or message is None or not message.embeds:
        return kept.answer
    asked = message.embeds[0].author.name or ""
    return kept.answer.model_copy(update={"question": asked, "understood_as": asked})


BUTTONS = (QuoteButton, MoreButton, VoteButton, DeleteButton, PageButton, TurnButton, ForgetButton)


def answer_view(
    signer: Signer, kept: StoredReceipt, page: int, pages: int
) -> discord.ui.View | None:
    """Build the buttons under a page of an answer; None for small talk, which cites nothing."""
    shown = kept.answer.citations or kept.answer.closest
    if not shown:
        return None
    view = discord.ui.View(timeout=None)
    for cited in shown[:_MOST_QUOTES]:
        view.add_item(QuoteButton(signer, kept.id, str(cited.number), label=f"[{cited.number}]"))
    _add_turns(view, signer, kept, page, pages)
    view.add_item(MoreButton(signer, kept.id, label=text("buttons.more_evidence"), row=2))
    view.add_item(VoteButton(signer, kept.id, "up", emoji="👍", row=2))
    view.add_item(VoteButton(signer, kept.id, "down", emoji="👎", row=2))
    view.add_item(DeleteButton(signer, kept.id, label=text("buttons.delete"), row=2))
    return view


def page_view(signer: Signer, kept: StoredReceipt, page: int, pages: int) -> discord.ui.View:
    """Build the buttons under a private copy of a page."""
    view = discord.ui.View(timeout=None)
    _add_turns(view, signer, kept, page, pages)
    return view


def _add_turns(
    view: discord.ui.View, signer: Signer, kept: StoredReceipt, page: int, pages: int
) -> None:
    for to, label in turns(page, pages):
        view.add_item(PageButton(signer, kept.id, str(to), label=label, row=1))
