"""The menu of an answer: each passage, and every action that has no button of its own."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, Self

import discord

from bot.discord.answer_actions import delete, show_more, show_passage, show_why
from bot.discord.answer_button import RECEIPT
from bot.discord.client import Interaction, asker_of
from bot.discord.failures import told, visit
from bot.discord.permissions import may_delete
from bot.discord.receipt_access import readable_receipt
from bot.discord.signed_button import TAG, SignedMenu
from bot.discord.text.escapes import inert
from bot.discord.text.lengths import OPTION, shorten, with_margin
from bot.discord.text.wording import day
from bot.domain.errors import QuestionError
from bot.domain.models import Citation
from bot.store.receipts import StoredReceipt
from bot.store.signatures import Signer
from prompts import text

DELETE = "drop"
_MOST = 25  # options of one menu
_PASSAGE = "cite"

# Does something with an answer. The last argument is the id of its message; None if the menu is on
# that message.
Action = Callable[[Interaction, StoredReceipt, int | None], Awaitable[None]]

_actions: dict[str, Action] = {}


def action_of(name: str) -> Callable[[Action], Action]:
    """Register what an option of the menu does. This runs at import, as with commands."""

    def register(action: Action) -> Action:
        _actions[name] = action
        return action

    return register


@action_of("more")
async def _more(interaction: Interaction, kept: StoredReceipt, _: int | None) -> None:
    await show_more(interaction, kept)


@action_of("why")
async def _why(interaction: Interaction, kept: StoredReceipt, _: int | None) -> None:
    await show_why(interaction, kept)


@action_of(DELETE)
async def _delete(interaction: Interaction, kept: StoredReceipt, message: int | None) -> None:
    await delete(interaction, kept, message)


class AnswerMenu(
    SignedMenu,
    template=rf"pick:{RECEIPT}:(?P<message>\d{{0,20}}):(?P<part>\d):{TAG}",
):
    """Menu of one answer. Its id is signed; an option that the answer does not have is refused."""

    def __init__(self, signer: Signer, receipt: str, message: str, part: str, **look: Any) -> None:
        super().__init__(signer, f"pick:{receipt}:{message}:{part}", **look)
        self._receipt, self._message = receipt, message

    @classmethod
    def read(cls, signer: Signer, fields: Mapping[str, str]) -> Self:
        return cls(signer, fields["receipt"], fields["message"], fields["part"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        picked = next(iter(self.item.values), "")
        deletes = picked == DELETE
        async with told(interaction), visit(interaction, moderating=deletes):
            if not self.genuine:
                raise QuestionError(text("refusals.answer_gone"))
            if not deletes:  # as with the button that deletes
                await interaction.client.runtime.requests.admit_browsing(asker_of(interaction))
            kept = await readable_receipt(interaction, self._receipt)
            await self._act(interaction, kept, picked)

    async def _act(self, interaction: Interaction, kept: StoredReceipt, picked: str) -> None:
        name, _, number = picked.partition(".")
        if name == _PASSAGE and number.isascii() and number.isdigit():
            await show_passage(interaction, kept, int(number))
        elif action := _actions.get(name):
            await action(interaction, kept, int(self._message) if self._message else None)
        else:
            raise QuestionError(text("refusals.button_gone"))


def add_menu(
    view: discord.ui.View, interaction: Interaction, kept: StoredReceipt, message: int | None
) -> None:
    """Add the menu of an answer for this user. `message` has the answer; None if the view is for
    that message."""
    signer, shown = interaction.client.runtime.store.signer, "" if message is None else str(message)
    options = [*_passages(kept), *_others(interaction, kept)]
    for part, start in enumerate(range(0, len(options), _MOST)):
        look = {"options": options[start : start + _MOST], "placeholder": text("buttons.pick")}
        view.add_item(AnswerMenu(signer, kept.id, shown, str(part), **look))


def _passages(kept: StoredReceipt) -> Iterator[discord.SelectOption]:
    for cited in kept.answer.citations or kept.answer.closest:
        yield discord.SelectOption(
            label=_fitted(f"[{cited.number}] {_where(cited)}"),
            description=_fitted(cited.quote),
            value=f"{_PASSAGE}.{cited.number}",
        )


def _others(interaction: Interaction, kept: StoredReceipt) -> Iterator[discord.SelectOption]:
    mine = interaction.client.runtime.store.asker(interaction.user.id) == kept.asker
    # The sentences of an overview answer no question that could be asked again.
    names = ["why"] if kept.answer.overview else ["more", "why", *(["again"] if mine else [])]
    if may_delete(interaction, kept):
        names.append(DELETE)
    for name in names:
        yield discord.SelectOption(label=text(f"buttons.pick_{name}"), value=name)


def _where(cited: Citation) -> str:
    parts = (cited.source or cited.title or cited.article_id, day(cited.published))
    return ", ".join(part for part in parts if part.strip())


def _fitted(said: str) -> str:
    return shorten(inert(said).strip(), with_margin(OPTION)) or "…"
