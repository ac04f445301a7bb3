"""Lists of several pages, shown to one user. Their page buttons survive a restart."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self

import discord

from bot.discord.acknowledgement import send_first_response
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

_makers: dict[str, Maker] = {}


def pages_of(what: str) -> Callable[[Maker], Maker]:
    """Register the function that makes the pages of one kind of list. This runs at import, as with
    commands."""

    def register(maker: Maker) -> Maker:
        _makers[what] = maker
        return maker

    return register


async def show_list(interaction: Interaction, what: str, of: str = "") -> None:
    """Show the first page of a list in place of the deferred answer."""
    pages = await _makers[what](interaction, of)
    signer = interaction.client.runtime.store.signer
    view = _view(signer, what, of, 0, len(pages))
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
            await interaction.client.runtime.requests.admit(asker_of(interaction))
            await send_first_response(interaction, interaction.response.defer)
            pages = await maker(interaction, self._of)
            page = min(self._page, len(pages) - 1)
            signer = interaction.client.runtime.store.signer
            view = _view(signer, self._what, self._of, page, len(pages))
            await edit_answer(interaction, embeds=[pages[page]], view=view)


def _view(signer: Signer, what: str, of: str, page: int, pages: int) -> discord.ui.View | None:
    if pages == 1:
        return None
    view = discord.ui.View(timeout=None)
    for to, label in turns(page, pages):
        view.add_item(TurnButton(signer, what, of, to, label))
    return view


def turns(page: int, pages: int) -> list[tuple[int, str]]:
    """Return the neighbours of a page, each as its number and its button's label."""
    around = ((page - 1, text("buttons.back")), (page + 1, text("buttons.next")))
    return [(to, label) for to, label in around if 0 <= to < pages]
