"""The buttons under an answer. They hold all they need in their id, so they survive a restart."""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar, Self

import discord

from bot.discord.acknowledgement import defer, insist, respond
from bot.discord.client import Interaction, asker_of
from bot.discord.delivery import persistently, token_left_s
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
from bot.store.receipts import Kept
from bot.store.signatures import Signer
from prompts import text

_ID = r"(?P<receipt>[a-z2-7]{12})"
_MOST_QUOTES = 5  # buttons in a row
_VOTED = {1: "notices.voted_up", -1: "notices.voted_down", 0: "notices.vote_taken_back"}


class _AnswerButton(SignedButton, template="a^"):
    """A button of one receipt. `what` and its argument are signed together with the receipt's
    id: an id that somebody made up is turned away."""

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
        async with told(interaction), visit(interaction, keeping_order=keeps_order):
            if not self.genuine:
                raise QuestionError(text("refusals.answer_gone"))
            if not keeps_order:  # a flood uses up the limits of all who clear up after it
                await interaction.client.office.desk.admit(asker_of(interaction))
            kept = await readable_receipt(interaction, self.receipt)
            await self.act(interaction, kept)

    async def act(self, interaction: Interaction, kept: Kept) -> None:
        raise NotImplementedError


def _template(what: str, argument: str = "") -> re.Pattern[str]:
    return re.compile(rf"{what}:{_ID}:(?P<argument>{argument}):{TAG}")


class QuoteButton(_AnswerButton, template=_template("cite", r"\d{1,2}")):
    """[1]: the sentence in its context, to whoever clicks."""

    what = "cite"

    async def act(self, interaction: Interaction, kept: Kept) -> None:
        shown = kept.answer.citations or kept.answer.closest
        cited = next((c for c in shown if c.number == int(self.argument)), None)
        if cited is None:
            raise QuestionError(text("refusals.answer_gone"))
        generation = interaction.client.office.live.current.generation
        page = sentence_in_context(in_context(generation.texts, cited))[0]
        await respond(interaction, embed=page)


class MoreButton(_AnswerButton, template=_template("more")):
    """The sentences that came next, from the generation that answers now."""

    what = "more"

    async def act(self, interaction: Interaction, kept: Kept) -> None:
        await defer(interaction, private=True)
        await show_list(interaction, "more", kept.id)


@pages_of("more")
async def _more(interaction: Interaction, receipt_id: str) -> Pages:
    kept = await readable_receipt(interaction, receipt_id)
    receipt = await interaction.client.office.desk.again(kept, asker_of(interaction))
    return more_evidence_pages(further(receipt, kept.answer))


class VoteButton(_AnswerButton, template=_template("vote", "up|down")):
    """One vote a person; the same again takes it back."""

    what = "vote"

    async def act(self, interaction: Interaction, kept: Kept) -> None:
        store = interaction.client.office.store
        vote = await store.votes.vote(
            kept.id, store.asker(interaction.user.id), 1 if self.argument == "up" else -1
        )
        await respond(interaction, content=text(_VOTED[vote]))


class DeleteButton(_AnswerButton, template=_template("drop")):
    """For who asked, and for moderators. What was asked is forgotten too: it would be offered to
    others who type."""

    what = "drop"
    keeps_order = True

    async def act(self, interaction: Interaction, kept: Kept) -> None:
        if not may_delete(interaction, kept):
            raise QuestionError(text("refusals.delete_others"))
        await insist(interaction, interaction.response.defer)
        with suppress(discord.NotFound):  # somebody was quicker, or a try got through
            await persistently(interaction.delete_original_response, token_left_s(interaction))
        await interaction.client.office.store.receipts.forget(kept.id)


class PageButton(_AnswerButton, template=_template("page", r"\d{1,3}")):
    """Another page of a long answer: in the same message for who asked, for others in a copy
    that they alone see and turn."""

    what = "page"

    async def act(self, interaction: Interaction, kept: Kept) -> None:
        pages = answer_pages(_as_shown(kept, interaction.message), kept.id)
        number = min(int(self.argument), len(pages) - 1)
        store, response = interaction.client.office.store, interaction.response
        mine = store.asker(interaction.user.id) == kept.asker
        make_view = answer_view if mine else page_view
        view = make_view(store.signer, kept, number, len(pages))
        copied = interaction.message is not None and interaction.message.flags.ephemeral
        if mine or copied:
            await insist(interaction, lambda: response.edit_message(embed=pages[number], view=view))
        else:
            await respond(interaction, embed=pages[number], view=view)


def _as_shown(kept: Kept, message: discord.Message | None) -> Answer:
    """Where the question is not kept, the page before still has it."""
    if kept.question is not None or message is None or not message.embeds:
        return kept.answer
    asked = message.embeds[0].author.name or ""
    return kept.answer.model_copy(update={"question": asked, "understood_as": asked})


BUTTONS = (QuoteButton, MoreButton, VoteButton, DeleteButton, PageButton, TurnButton, ForgetButton)


def answer_view(signer: Signer, kept: Kept, page: int, pages: int) -> discord.ui.View | None:
    """The buttons under a page of an answer; none under small talk, where nothing is cited."""
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


def page_view(signer: Signer, kept: Kept, page: int, pages: int) -> discord.ui.View:
    """The buttons under a copy of a page."""
    view = discord.ui.View(timeout=None)
    _add_turns(view, signer, kept, page, pages)
    return view


def _add_turns(view: discord.ui.View, signer: Signer, kept: Kept, page: int, pages: int) -> None:
    for to, label in turns(page, pages):
        view.add_item(PageButton(signer, kept.id, str(to), label=label, row=1))
