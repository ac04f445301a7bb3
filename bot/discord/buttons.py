"""The buttons of single actions under an answer.

Answers of earlier versions have all of them; a new answer has some, and the others are in its
menu."""

from bot.discord.answer_actions import delete, show_more, show_passage, vote
from bot.discord.answer_button import AnswerButton, template
from bot.discord.client import Interaction
from bot.store.receipts import StoredReceipt


class QuoteButton(AnswerButton, template=template("cite", r"\d{1,2}")):
    """Button that shows a cited sentence in context, only to the user who clicks."""

    what = "cite"

    async def act(self, interaction: Interaction, kept: StoredReceipt) -> None:
        await show_passage(interaction, kept, int(self.argument))


class MoreButton(AnswerButton, template=template("more")):
    """Button that shows the sentences ranked next."""

    what = "more"

    async def act(self, interaction: Interaction, kept: StoredReceipt) -> None:
        await show_more(interaction, kept)


class VoteButton(AnswerButton, template=template("vote", "up|down")):
    """Vote button."""

    what = "vote"

    async def act(self, interaction: Interaction, kept: StoredReceipt) -> None:
        await vote(interaction, kept, 1 if self.argument == "up" else -1)


class DeleteButton(AnswerButton, template=template("drop")):
    """Button that deletes an answer, for its asker and for moderators."""

    what = "drop"
    keeps_order = True

    async def act(self, interaction: Interaction, kept: StoredReceipt) -> None:
        await delete(interaction, kept)
