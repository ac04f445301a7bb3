"""The button that forgets a person. It survives a restart, as all buttons do."""

from collections.abc import Mapping
from typing import Any, Self

import discord

from bot.discord.acknowledgement import insist
from bot.discord.client import asker_of
from bot.discord.delivery import persistently, token_left_s
from bot.discord.failures import told, visit
from bot.discord.signed_button import TAG, SignedButton
from bot.domain.errors import QuestionError
from bot.store.people import Counts
from bot.store.signatures import Signer
from bot.wording.measures import counted
from prompts import text


class ForgetButton(SignedButton, template=r"forget:(?P<user>\d{1,20}):" + TAG):
    """Signed for one person: pressed by another, or made up, it is turned away."""

    def __init__(self, signer: Signer, user: int) -> None:
        super().__init__(
            signer,
            f"forget:{user}",
            label=text("buttons.forget_me"),
            style=discord.ButtonStyle.danger,
        )
        self._user = user

    @classmethod
    def read(cls, signer: Signer, fields: Mapping[str, str]) -> Self:
        return cls(signer, int(fields["user"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        async with told(interaction), visit(interaction):
            if not self.genuine or self._user != interaction.user.id:
                raise QuestionError(text("refusals.forget_others"))
            office = interaction.client.office
            await office.desk.admit(asker_of(interaction))
            await insist(interaction, interaction.response.defer)
            forgotten = await office.store.people.forget(self._user)
            await persistently(
                lambda: interaction.edit_original_response(
                    content=text_of("notices.forgotten", forgotten), view=None
                ),
                token_left_s(interaction),
            )


def text_of(name: str, counts: Counts) -> str:
    """The text `name` with how much is kept, or was."""
    answers, votes = counted(counts.answers, "answer"), counted(counts.votes, "vote")
    return text(name, answers=answers, votes=votes)
