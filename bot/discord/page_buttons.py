"""Lists of several pages, shown to one user. Their page buttons survive a restart."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self

import discord

from bot.discord.acknowledgement import defer, is_public, send_first_response
from bot.discord.client import Interaction, asker_of
from bot.discord.delivery import edit_answer
from bot.discord.failures import told, visit
from bot.discord.signed_button import TAG, SignedButton
from bot.domain.errors import QuestionError
from bot.store.signatures import Signer
from prompts import text

Pages = tuple[discord.Embed, ...]
# Makes the pages of a list again, from the interaction and the key of the list's subject.
Maker = Callable[[Interaction, str], Awaitable[Pages]]

# Makes a button besides those that turn the pages, from the key of the list's subject.
Extra = Callable[[Interaction, str], SignedButton]

_makers: dict[str, Maker] = {}
_extras: dict[str, Extra] = {}


def pages_of(what: str, extra: Extra | None = None) -> Callable[[Maker], Maker]:
    """Register the function that makes the pages of one kind of list, and a further button that
    one user sees under them. This runs at import, as with commands."""

    def register(maker: Maker) -> Maker:
        _makers[what] = maker
        if extra is not None:
            _extras[what] = extra
        return maker

    return register


async def show_list(interaction: Interaction, what: str, of: str = "") -> None:
    """Show the first page of a list in place of the deferred answer."""
    pages = await _makers[what](interaction, of)
    view = list_view(interaction, what, of, 0, len(pages), private=not is_public(interaction))
    await edit_answer(interaction, embeds=[pages[0]], view=view)


class TurnButton(
    SignedButton,
    template=r"turn:(?P<what>[a-z]{1,12}):(?P<of>[a-z0-9]{0,12}):(?P<page>\d{1,4}):" + TAG,
):
    """Button that turns to a page of a list. It is signed, so a forged id is refused."""

    def __init__(self, signer: Signer, what: str, of: str, page: int, label: str = "") -> None:
        super().__init__(signer, f"turn:{what}:{of}:{page}", label=label or "…")
        self._what, self._of, self._page = what, of, page

    @classmethod
    def read(cls, signer: Signer, fields: Mapping[str, str]) -> Self:
        return cls(signer, fields["what"], fields["of"], int(fields["page"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        async with told(interaction), visit(interaction):
            maker = _makers.get(self._what)
            if not self.genuine or maker is None:
                raise QuestionError(text("refusals.button_gone"))
            await interaction.client.runtime.requests.admit_browsing(asker_of(interaction))
            if interaction.message is not None and interaction.message.flags.ephemeral:
                await send_first_response(interaction, interaction.response.defer)
            else:  # each reader of a public list turns the pages of a copy
                await defer(interaction, private=True)
            pages = await maker(interaction, self._of)
            page = min(self._page, len(pages) - 1)
            view = list_view(interaction, self._what, self._of, page, len(pages))
            await edit_answer(interaction, embeds=[pages[page]], view=view)


def list_view(
    interaction: Interaction, what: str, of: str, page: int, pages: int, *, private: bool = True
) -> discord.ui.View | None:
    """Build the buttons under a page of a list; None if it needs none."""
    view, signer = discord.ui.View(timeout=None), interaction.client.runtime.store.signer
    for to, label in turns(page, pages):
        view.add_item(TurnButton(signer, what, of, to, label))
    if private and (extra := _extras.get(what)):
        view.add_item(extra(interaction, of))
    return view if view.children else None


def turns(page: int, pages: int) -> list[tuple[int, str]]:
    """Return the neighbours of a page, each as its number and its button's label."""
    around = ((page - 1, text("buttons.back")), (page + 1, text("buttons.next")))
    return [(to, label) for to, label in around if 0 <= to < pages]
