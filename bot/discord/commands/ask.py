"""/ask, and the context menu commands of a message."""

import discord
from discord import app_commands

from bot.discord.answers import answer_interaction
from bot.discord.client import Interaction
from bot.discord.commands import choices
from bot.discord.failures import told
from bot.discord.permissions import channels_seen_by
from bot.discord.text.message_text import message_text
from bot.domain.errors import QuestionError
from bot.domain.models import MAX_QUESTION_CHARS
from prompts import text

_MOST_DATE_CHARS = 60


@app_commands.command()
@app_commands.describe(
    question="What do you want to know about the articles?",
    private="Show the answer only to you",
    as_of="Answer with what was known then: 2026-03-01, 1 March 2026, last Friday",
)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def ask(
    interaction: Interaction,
    question: app_commands.Range[str, 1, MAX_QUESTION_CHARS],
    private: bool | None = None,
    as_of: app_commands.Range[str, 1, _MOST_DATE_CHARS] | None = None,
) -> None:
    """Ask the articles: the answer comes with the sentences that prove it"""
    await answer_interaction(interaction, question, private, as_of or "")


@ask.autocomplete("question")
async def _questions(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer answered questions of others in this server, from channels that the user can see."""
    guild, user = interaction.guild, interaction.user
    if guild is None or not isinstance(user, discord.Member):
        return []
    known = await interaction.client.runtime.store.receipts.answered_questions(
        guild.id, typed, choices.MOST, channels=channels_seen_by(user, guild)
    )
    offered = [choices.choice(question, question) for question in known]
    return [choice for choice in offered if choice]


@app_commands.context_menu(name="Ask the articles about this")
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def ask_about(interaction: Interaction, message: discord.Message) -> None:
    async with told(interaction):
        asked = message_text(message)
        if not asked.strip():
            raise QuestionError(text("refusals.message_without_question"))
        await answer_interaction(interaction, asked, None)
