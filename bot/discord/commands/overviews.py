"""/latest and /timeline: what is new, and what happened day by day."""

from discord import app_commands

from bot.answering.overview.requests import overview_request
from bot.discord.answers import overview_interaction
from bot.discord.client import Interaction
from bot.discord.failures import told
from bot.domain.models import MAX_QUESTION_CHARS, OverviewKind

_DATE_CHARS = 60
_AS_OF = "List what was known then: 2026-03-01, 1 March 2026, last Friday"


@app_commands.command()
@app_commands.describe(
    since="From this date on, such as 2026-03-01 or Monday; else since you last used this here",
    private="Show the list only to you",
    as_of=_AS_OF,
)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def latest(
    interaction: Interaction,
    since: app_commands.Range[str, 1, _DATE_CHARS] | None = None,
    private: bool | None = None,
    as_of: app_commands.Range[str, 1, _DATE_CHARS] | None = None,
) -> None:
    """List what is new in the articles, since a date or since you last looked"""
    async with told(interaction):
        request = overview_request(OverviewKind.LATEST, since=since or "", as_of=as_of or "")
        await overview_interaction(interaction, request, private)


@app_commands.command()
@app_commands.describe(
    topic="List only what is about this; leave empty for the whole story",
    private="Show the list only to you",
    as_of=_AS_OF,
)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def timeline(
    interaction: Interaction,
    topic: app_commands.Range[str, 1, MAX_QUESTION_CHARS] | None = None,
    private: bool | None = None,
    as_of: app_commands.Range[str, 1, _DATE_CHARS] | None = None,
) -> None:
    """List what happened, day by day, each with an exact sentence"""
    async with told(interaction):
        request = overview_request(OverviewKind.TIMELINE, topic=topic or "", as_of=as_of or "")
        await overview_interaction(interaction, request, private)
