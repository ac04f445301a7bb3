"""The button that deletes a user's data. It survives a restart."""

from collections.abc import Mapping
from typing import Any, Self

import discord

from bot.discord.acknowledgement import send_first_response
from bot.discord.client import asker_of
from bot.discord.delivery import token_left_s, with_retries
from bot.discord.failures import told, visit
from bot.discord.signed_button import TAG, SignedButton
from bot.domain.errors import QuestionError
from bot.store.people import Counts
from bot.store.signatures import Signer
from bot.wording.measures import counted
from prompts import text


class ForgetButton(SignedButton, template=r"forget:(?P<user>\d{1,20}):" + TAG):
    """Button that deletes a user's data, signed for that user. Clicks by other users and forged ids
    are refused."""

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
            runtime = interaction.client.runtime
            await runtime.requests.admit_browsing(asker_of(interaction))
            await send_first_response(interaction, interaction.response.defer)
            forgotten = await runtime.store.people.forget(self._user)
            await with_retries(
                lambda: interaction.edit_original_response(
                    content=text_of("notices.forgotten", forgotten), view=None
                ),
                token_left_s(interaction),
            )


def text_of(name: str, counts: Counts) -> str:
    """Fill the text `name` with the numbers of stored or deleted answers, votes and watches."""
    answers, votes = counted(counts.answers, "answer"), counted(counts.votes, "vote")
    watches = counted(counts.watches, "watched_question")
    return text(name, answers=answers, votes=votes, watches=watches)
