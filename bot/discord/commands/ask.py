"""/ask, and the menus of a message."""

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
    private="Show the answer to you alone",
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
    """What others asked in this server and got an answer to."""
    guild, user = interaction.guild, interaction.user
    if guild is None or not isinstance(user, discord.Member):
        return []
    known = await interaction.client.office.store.receipts.answered_questions(
        guild.id, typed, choices.MOST, channels=_seen_by(user, guild)
    )
    offered = [choices.choice(question, question) for question in known]
    return [choice for choice in offered if choice]


def _seen_by(user: discord.Member, guild: discord.Guild) -> list[int]:
    """What was asked in a channel that this person cannot see stays there. Who is in a private
    thread is not known without asking Discord: none is among them."""
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
