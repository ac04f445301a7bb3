"""The button that forgets a person. It survives a restart, as all buttons do."""

import re
from typing import Any, Self

import discord

from bot.discord.acknowledging import insist
from bot.discord.client import asker_of
from bot.discord.delivering import persistently, token_left_s
from bot.discord.failures import told, visit
from bot.discord.wording import counted
from bot.errors import QuestionError
from bot.store.people import Counts
from bot.store.signing import Signer


class ForgetButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"forget:(?P<user>\d{1,20}):(?P<tag>[A-Za-z0-9_-]{12})",
):
    """Signed for one person: pressed by another, or made up, it is turned away."""

    def __init__(self, signer: Signer, user: int) -> None:
        payload = f"forget:{user}"
        super().__init__(
            discord.ui.Button(
                custom_id=f"{payload}:{signer.sign(payload)}",
                label="Forget me",
                style=discord.ButtonStyle.danger,
            )
        )
        self._user, self._genuine = user, True

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        signer = interaction.client.office.store.signer
        button = cls(signer, int(match["user"]))
        button._genuine = signer.verify(match[0].rpartition(":")[0], match["tag"])
        return button

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        async with told(interaction), visit(interaction):
            if not self._genuine or self._user != interaction.user.id:
                raise QuestionError("This button is not yours: use /forget me")
            office = interaction.client.office
            await office.desk.admit(asker_of(interaction))
            await insist(interaction, interaction.response.defer)
            forgotten = await office.store.people.forget(self._user)
            await persistently(
                lambda: interaction.edit_original_response(
                    content=f"Forgotten: {in_words(forgotten)}.", view=None
                ),
                token_left_s(interaction),
            )


def in_words(counts: Counts) -> str:
    return f"{counted(counts.answers, 'answer')} and {counted(counts.votes, 'vote')}"
