"""/ask, and the context menu commands of a message."""

import discord
from discord import app_commands

from bot.discord.answers import answer_interaction, check_interaction
from bot.discord.client import Interaction
from bot.discord.commands import choices
from bot.discord.failures import told
from bot.domain.errors import QuestionError
from bot.domain.models import MAX_QUESTION_CHARS
from prompts import text


@app_commands.command()
@app_commands.describe(
    question="What do you want to know about the articles?",
    private="Show the answer only to you",
)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def ask(
    interaction: Interaction,
    question: app_commands.Range[str, 1, MAX_QUESTION_CHARS],
    private: bool | None = None,
) -> None:
    """Ask the articles: the answer comes with the sentences that prove it"""
    await answer_interaction(interaction, question, private)


@ask.autocomplete("question")
async def _questions(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer answered questions of others in this server, from channels that the user can see."""
    guild, user = interaction.guild, interaction.user
    if guild is None or not isinstance(user, discord.Member):
        return []
    known = await interaction.client.runtime.store.receipts.answered_questions(
        guild.id, typed, choices.MOST, channels=_seen_by(user, guild)
    )
    offered = [choices.choice(question, question) for question in known]
    return [choice for choice in offered if choice]


def _seen_by(user: discord.Member, guild: discord.Guild) -> list[int]:
    """Return the ids of the channels and public threads that the user can see. Questions from other
    channels are not offered. Private threads are left out, because only a request to Discord would
    show their members."""
    channels = [c for c in guild.channels if c.permissions_for(user).view_channel]
    seen = {channel.id for channel in channels}
    threads = [t for t in guild.threads if t.parent_id in seen and not t.is_private()]
    return [*seen, *(thread.id for thread in threads)]


@app_commands.context_menu(name="Ask the articles about this")
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def ask_about(interaction: Interaction, message: discord.Message) -> None:
    async with told(interaction):
        if not message.content.strip():
            raise QuestionError(text("refusals.message_without_question"))
        await answer_interaction(interaction, message.content, None)


@app_commands.context_menu(name="Check against the articles")
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def check(interaction: Interaction, message: discord.Message) -> None:
    async with told(interaction):
        if not message.content.strip():
            raise QuestionError(text("refusals.message_without_text"))
        await check_interaction(interaction, message.content)
