"""Who may see which receipt."""

from bot.discord.client import Interaction
from bot.domain.errors import QuestionError
from bot.store.receipts import Kept
from prompts import text


async def readable_receipt(interaction: Interaction, receipt_id: str) -> Kept:
    """The receipt, for those who could see the answer: its asker, and unless it was private
    whoever is in that server. To others it is as if it did not exist: raises QuestionError."""
    store = interaction.client.office.store
    kept = await store.receipts.get(receipt_id)
    if kept is None or not (
        kept.asker == store.asker(interaction.user.id)
        or (kept.guild is not None and kept.guild == interaction.guild_id and not kept.private)
    ):
        raise QuestionError(text("refusals.answer_unknown"))
    return kept
