"""The row of buttons under an answer, at most four."""

import discord

from bot.discord.acknowledgement import respond, send_first_response
from bot.discord.answer_button import AnswerButton, template
from bot.discord.answer_menu import add_menu
from bot.discord.buttons import QuoteButton, VoteButton
from bot.discord.client import Interaction
from bot.discord.language import speaking_to_readers
from bot.discord.page_buttons import turns
from bot.discord.rendering.answers import answer_pages
from bot.domain.models import Answer
from bot.store.receipts import StoredReceipt
from bot.store.signatures import Signer
from prompts import text

_MOST = 4  # buttons; on a phone more take a second row


class PageButton(AnswerButton, template=template("page", r"\d{1,3}")):
    """Button that turns to another page of a long answer. The asker's click edits the message
    itself. Other users get a private copy with its own page buttons."""

    what = "page"

    async def act(self, interaction: Interaction, kept: StoredReceipt) -> None:
        store, response = interaction.client.runtime.store, interaction.response
        mine, private = store.asker(interaction.user.id) == kept.asker, _is_private(interaction)
        make_view = answer_view if mine else page_view
        one_reads = private or not mine
        with speaking_to_readers(interaction.client, interaction.guild_id, private=one_reads):
            pages = answer_pages(_as_shown(kept, interaction.message))
            number = min(int(self.argument), len(pages) - 1)
            view = make_view(store.signer, kept, number, len(pages))
        if mine or private:
            await send_first_response(
                interaction, lambda: response.edit_message(embed=pages[number], view=view)
            )
        else:
            await respond(interaction, embed=pages[number], view=view)


class MenuButton(AnswerButton, template=template("menu", r"\d{1,3}")):
    """Button that shows the menu of an answer, only to the user who clicks. Its argument is the
    page that the message shows.

    On a private answer the menu is added to the message itself: only an interaction with that
    message can delete it later."""

    what = "menu"
    keeps_order = True  # moderators delete with it

    async def act(self, interaction: Interaction, kept: StoredReceipt) -> None:
        message = interaction.message
        if message is None or not _is_private(interaction):
            view = discord.ui.View(timeout=None)
            add_menu(view, interaction, kept, message.id if message else 0)
            await respond(interaction, view=view)
            return
        pages = len(answer_pages(_as_shown(kept, message)))
        signer = interaction.client.runtime.store.signer
        whole = answer_view(signer, kept, int(self.argument), pages)
        assert whole is not None  # the message has this button
        add_menu(whole, interaction, kept, None)
        await send_first_response(
            interaction, lambda: interaction.response.edit_message(view=whole)
        )


def _is_private(interaction: Interaction) -> bool:
    return interaction.message is not None and interaction.message.flags.ephemeral


def _as_shown(kept: StoredReceipt, message: discord.Message | None) -> Answer:
    """Return the answer with its question. If the receipt does not store the question, take it from
    the message's embed."""
    if kept.question is not None or message is None or not message.embeds:
        return kept.answer
    asked = message.embeds[0].author.name or ""
    return kept.answer.model_copy(update={"question": asked, "understood_as": asked})


def answer_view(
    signer: Signer,
    kept: StoredReceipt,
    page: int,
    pages: int,
    first: AnswerButton | None = None,
) -> discord.ui.View | None:
    """Build the buttons under a page of an answer; None for small talk, which cites nothing.
    `first` takes the place of the button that shows the passage; an overview has none, because no
    entry of it is the answer."""
    view = discord.ui.View(timeout=None)
    shown = kept.answer.citations or kept.answer.closest
    if not shown:
        return view.add_item(first) if first else None
    menu = MenuButton(signer, kept.id, str(page), label=text("buttons.more"))
    votes = [
        VoteButton(signer, kept.id, "up", emoji="👍"),
        VoteButton(signer, kept.id, "down", emoji="👎"),
    ]
    turning = _turns(signer, kept, page, pages)
    if first is None and not turning and not kept.answer.overview:
        name = "context" if kept.answer.citations else "closest"
        number, label = str(shown[0].number), text(f"buttons.{name}")
        first = QuoteButton(signer, kept.id, number, label=label)
    around = [*([first] if first else []), *turning, menu]
    fits = len(around) + len(votes) <= _MOST
    for button in (*around[:-1], *(votes if fits else ()), menu):
        view.add_item(button)
    return view


def page_view(signer: Signer, kept: StoredReceipt, page: int, pages: int) -> discord.ui.View:
    """Build the buttons under a private copy of a page."""
    view = discord.ui.View(timeout=None)
    for button in _turns(signer, kept, page, pages):
        view.add_item(button)
    return view


def _turns(signer: Signer, kept: StoredReceipt, page: int, pages: int) -> list[AnswerButton]:
    return [PageButton(signer, kept.id, str(to), label=label) for to, label in turns(page, pages)]
