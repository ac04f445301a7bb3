"""/help and /status."""

import time
from dataclasses import replace
from importlib.metadata import version

from discord import app_commands

from bot.discord.acknowledgement import respond
from bot.discord.client import DealbotClient, Interaction, asker_of
from bot.discord.failures import told
from bot.discord.permissions import is_operator
from bot.discord.rendering.notices import help_embed
from bot.discord.rendering.status import BotStatus, status_embed
from bot.monitoring.degradations import Degradation, Part
from bot.wording.measures import operating_point_line

_STARTED = time.monotonic()


@app_commands.command(name="help")
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def help_(interaction: Interaction) -> None:
    """Show what I can do"""
    async with told(interaction):
        await interaction.client.runtime.requests.admit_browsing(asker_of(interaction))
        await respond(interaction, embed=help_embed())


@app_commands.command()
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def status(interaction: Interaction) -> None:
    """Show which generation answers, how busy I am, and when I abstain"""
    async with told(interaction):
        await interaction.client.runtime.requests.admit_browsing(asker_of(interaction))
        operator = await is_operator(interaction.client, interaction.user)
        details = _details(interaction.client) if operator else ()
        embed = status_embed(_status(interaction.client, details))
        await respond(interaction, embed=embed)


def _status(client: DealbotClient, details: tuple[tuple[str, str], ...]) -> BotStatus:
    manifest = client.runtime.live.current.generation.manifest
    service = client.runtime.requests.service
    return BotStatus(
        generation=manifest.id,
        created=manifest.created,
        articles=manifest.articles,
        sentences=manifest.sentences,
        waiting=service.waiting,
        latencies_ms=service.latencies_ms,
        operating_point=operating_point_line(service.operating_point),
        degraded=_degraded(client, with_messages=bool(details)),
        details=details,
    )


def _degraded(client: DealbotClient, *, with_messages: bool) -> tuple[Degradation, ...]:
    """Return the degradations; without messages, only the oldest of each part."""
    current = client.runtime.degraded.current
    if with_messages:
        return current
    oldest = {each.part: each for each in reversed(current)}
    return tuple(replace(oldest[part], message="", of="") for part in Part if part in oldest)


def _details(client: DealbotClient) -> tuple[tuple[str, str], ...]:
    manifest = client.runtime.live.current.generation.manifest
    return (
        ("Version", version("dealbot")),
        ("Uptime", f"{(time.monotonic() - _STARTED) / 60:,.0f} minutes"),
        ("Servers", f"{len(client.guilds):,}"),
        ("Shards", f"{client.shard_count}"),
        ("Latency to Discord", f"{client.latency * 1000:.0f} ms"),
        ("Encoder", manifest.encoder_id),
        ("Sources", "\n".join(manifest.sources)),
    )
