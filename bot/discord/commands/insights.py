"""/insights: what people ask in a server, for its admins."""

import discord
from discord import app_commands

from bot.discord.acknowledgement import defer
from bot.discord.client import Interaction, asker_of
from bot.discord.failures import told, visit
from bot.discord.page_buttons import Pages, pages_of, show_list
from bot.discord.permissions import channels_seen_by, check_server_admin
from bot.discord.rendering.insights import insights_pages
from bot.insights.service import MOST_DAYS

_DAYS = 30


@app_commands.command()
@app_commands.describe(days="How many days to look back, by default 30")
@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
async def insights(
    interaction: Interaction, days: app_commands.Range[int, 1, MOST_DAYS] = _DAYS
) -> None:
    """Show what people ask here and what gets no answer, to you alone (admins)"""
    async with told(interaction), visit(interaction, moderating=True):
        await check_server_admin(interaction)
        await interaction.client.runtime.requests.admit(asker_of(interaction))
        await defer(interaction, private=True)
        await show_list(interaction, "insights", str(days))


@pages_of("insights")
async def _pages(interaction: Interaction, days: str) -> Pages:
    """Make the pages for this server. An admin sees words and sentences only from the channels that
    they can see. The rights are checked again at every turn of a page."""
    server = await check_server_admin(interaction)
    guild, user = interaction.guild, interaction.user
    seen: list[int] = []
    if guild is not None and isinstance(user, discord.Member):
        seen = channels_seen_by(user, guild)
    found = await interaction.client.runtime.insights.insights(
        min(int(days or _DAYS), MOST_DAYS), server=server, channels=frozenset(seen)
    )
    return insights_pages(found)
