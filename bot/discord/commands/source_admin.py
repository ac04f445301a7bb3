"""/source: feeds and pages that the bot reads again by itself, for operators. The audit log records
every change."""

from collections.abc import Awaitable, Callable
from itertools import islice

import discord
from discord import app_commands

from bot.discord.acknowledgement import defer
from bot.discord.client import Interaction
from bot.discord.commands import choices
from bot.discord.failures import told, visit
from bot.discord.operations import Outcome, audit, outcome_of, show_outcome
from bot.discord.permissions import check_operator
from bot.discord.rendering.source_list import lines_embed
from bot.domain.errors import QuestionError
from bot.sources.addition import is_url
from bot.sources.service import SourceService
from bot.sources.status_line import status_line
from prompts import text

Work = Callable[[SourceService], Awaitable[Outcome]]

source = app_commands.Group(
    name="source",
    description="Feeds and pages that I read again by myself (admins)",
    default_permissions=discord.Permissions(manage_guild=True),
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True),
)


@source.command()
@app_commands.describe(
    url="Address of a feed, a news sitemap or a page",
    name="Name of the source",
    every="Interval of this source, such as 15m or 1h",
)
async def add(
    interaction: Interaction, url: str, name: str | None = None, every: str | None = None
) -> None:
    """Add a feed, a news sitemap or a page"""

    async def work(sources: SourceService) -> Outcome:
        if not is_url(url):  # only the command line may add files
            raise QuestionError(text("refusals.source_address"))
        found = await sources.add(url, name=name or "", every=every)
        line = f"{found.source.id}: {found.line}"
        return lines_embed("Source added", [line, "Read it now with /source update"]), line

    await _do(interaction, "source add", url, work)


@source.command(name="list")
async def list_(interaction: Interaction) -> None:
    """List the sources, when they were read, and what failed"""
    async with told(interaction), visit(interaction, moderating=True):
        await check_operator(interaction)
        await defer(interaction, private=True)
        listed = interaction.client.runtime.sources.listed()
        lines = [status_line(*each) for each in listed]
        empty = ["There are none. Add one with /source add"]
        await show_outcome(interaction, lines_embed("Sources", lines or empty))


@source.command()
@app_commands.describe(id="Source to remove")
async def remove(interaction: Interaction, id: str) -> None:
    """Remove a source and its articles"""

    async def work(sources: SourceService) -> Outcome:
        removed = sources.registry.remove(id)
        line = f"{removed.id}: its articles leave the index with the next update or /rebuild"
        return lines_embed("Source removed", [line]), "removed"

    await _do(interaction, "source remove", id, work)


@source.command()
@app_commands.describe(id="Source to read; leave empty for all")
async def check(interaction: Interaction, id: str | None = None) -> None:
    """Read a source as an update would, and change nothing"""

    async def work(sources: SourceService) -> Outcome:
        lines = [outcome.line for outcome in await sources.check(id)]
        return lines_embed("What an update would find", lines or ["There are no sources"]), "done"

    await _do(interaction, "source check", id or "", work)


@source.command()
@app_commands.describe(id="Source to read; leave empty for all that are due")
async def update(interaction: Interaction, id: str | None = None) -> None:
    """Read the sources now and put new articles into the index"""

    async def work(sources: SourceService) -> Outcome:
        lines = (await sources.update(id)).lines
        return lines_embed("Sources updated", lines), "; ".join(lines)

    await _do(interaction, "source update", id or "", work)


@remove.autocomplete("id")
@check.autocomplete("id")
@update.autocomplete("id")
async def _ids(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    wanted = typed.casefold()
    known = interaction.client.runtime.sources.registry.sources()
    offered = (
        choices.choice(f"{each.id}: {each.title or each.address}", each.id)
        for each in known
        if wanted in f"{each.id} {each.title}".casefold()
    )
    return list(islice(filter(None, offered), choices.MOST))


async def _do(interaction: Interaction, action: str, detail: str, work: Work) -> None:
    async with told(interaction), visit(interaction, moderating=True):
        await check_operator(interaction)
        await defer(interaction, private=True)
        embed, result = await outcome_of(work(interaction.client.runtime.sources))
        await audit(interaction, action, result, detail)
        await show_outcome(interaction, embed)
