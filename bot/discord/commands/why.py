"""/why: how an answer was computed."""

from discord import app_commands

from bot.discord.acknowledgement import defer
from bot.discord.client import Interaction, asker_of
from bot.discord.failures import told, visit
from bot.discord.page_buttons import Pages, pages_of, show_list
from bot.discord.receipt_access import readable_receipt
from bot.discord.rendering.receipts import ranked_sentences, receipt_pages
from bot.domain.errors import QuestionError
from bot.store.receipts import StoredReceipt
from bot.wording.measures import operating_point_line
from prompts import text as prompt_text


@app_commands.command()
@app_commands.describe(receipt="Id of an answer; leave empty for your last one here")
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def why(interaction: Interaction, receipt: str | None = None) -> None:
    """Show how an answer came about: the question as understood, scores, generation"""
    async with told(interaction), visit(interaction):
        await interaction.client.runtime.requests.admit_browsing(asker_of(interaction))
        kept = await _meant(interaction, receipt)
        await defer(interaction, private=True)
        await show_list(interaction, "why", kept.id)


async def _meant(interaction: Interaction, receipt: str | None) -> StoredReceipt:
    """Return the receipt of this id, or the user's latest in this channel. Raises QuestionError if
    there is none."""
    if receipt is not None:
        return await readable_receipt(interaction, receipt)
    latest = await interaction.client.runtime.requests.conversation(asker_of(interaction))
    if not latest:
        raise QuestionError(prompt_text("refusals.no_last_answer"))
    return latest[-1]


@pages_of("why")
async def _why(interaction: Interaction, receipt: str) -> Pages:
    """Make the pages of a receipt. The scores are computed again if the question is stored; the
    same generation gives the same scores. An overview has no scores to show."""
    kept = await readable_receipt(interaction, receipt)
    if kept.answer.overview:
        return receipt_pages(kept.id, kept.answer)
    if kept.question is None:
        return receipt_pages(kept.id, kept.answer, note=prompt_text("not_kept"))
    now = await interaction.client.runtime.requests.answer_again(kept, asker_of(interaction))
    same = now.answer.generation == kept.answer.generation
    return receipt_pages(
        kept.id,
        kept.answer,
        ranked_sentences(now),
        operating_point=operating_point_line(now.operating_point),
        note=""
        if same
        else prompt_text("lists.why_other_generation", generation=now.generation.id),
    )
