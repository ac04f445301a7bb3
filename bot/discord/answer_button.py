"""The base of the buttons under an answer. Their ids hold all their data."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import discord

from bot.discord.client import Interaction, asker_of
from bot.discord.failures import told, visit
from bot.discord.receipt_access import readable_receipt
from bot.discord.signed_button import TAG, SignedButton
from bot.domain.errors import QuestionError
from bot.store.receipts import StoredReceipt
from bot.store.signatures import Signer
from prompts import text

RECEIPT = r"(?P<receipt>[a-z2-7]{12})"


class AnswerButton(SignedButton, template="a^"):
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
                await interaction.client.runtime.requests.admit_browsing(asker_of(interaction))
            kept = await readable_receipt(interaction, self.receipt)
            await self.act(interaction, kept)

    async def act(self, interaction: Interaction, kept: StoredReceipt) -> None:
        raise NotImplementedError


def template(what: str, argument: str = "") -> re.Pattern[str]:
    """Return the pattern of the ids of an action's buttons."""
    return re.compile(rf"{what}:{RECEIPT}:(?P<argument>{argument}):{TAG}")
