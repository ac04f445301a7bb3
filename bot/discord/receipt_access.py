"""Access control for receipts."""

from bot.discord.client import Interaction
from bot.domain.errors import QuestionError
from bot.store.receipts import StoredReceipt
from prompts import text


async def readable_receipt(interaction: Interaction, receipt_id: str) -> StoredReceipt:
    """Return the receipt if the user could see its answer: its asker, or anyone in its server
    unless it is private. Raises QuestionError otherwise, as if the receipt did not exist."""
    store = interaction.client.runtime.store
    kept = await store.receipts.get(receipt_id)
    if kept is None or not (
        kept.asker == store.asker(interaction.user.id)
        or (kept.guild is not None and kept.guild == interaction.guild_id and not kept.private)
    ):
        raise QuestionError(text("refusals.answer_unknown"))
    return kept
