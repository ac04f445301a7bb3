"""/digest: the post of what is new, set by a server's admins."""

from datetime import UTC, datetime
from typing import Literal

import discord
from discord import app_commands

from bot.discord.acknowledgement import respond
from bot.discord.client import Interaction
from bot.discord.digests import no_trouble
from bot.discord.failures import told
from bot.discord.permissions import check_can_post, check_server_admin
from bot.domain.digests import Every, next_due
from bot.domain.errors import QuestionError
from bot.store.audit import AuditEntry
from bot.store.digests import StoredDigest
from prompts import text

_MORNING = 8  # hour in UTC


@app_commands.command()
@app_commands.describe(
    every="How often; leave empty to see what is set",
    channel="Where to post; by default here",
    hour="Hour of the day in UTC, by default 8",
)
@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
async def digest(
    interaction: Interaction,
    every: Literal["daily", "weekly", "off"] | None = None,
    channel: discord.TextChannel | None = None,
    hour: app_commands.Range[int, 0, 23] | None = None,
) -> None:
    """Post what is new in a channel, daily or weekly, if anything is (admins)"""
    async with told(interaction):
        guild = await check_server_admin(interaction)
        store = interaction.client.runtime.store.digests
        if every == "off":
            await store.remove(guild)
            no_trouble(interaction.client, guild)
            await _audit(interaction, guild, "off")
        elif every is not None:
            place = channel or interaction.channel
            made = _made(guild, place, Every(every), hour)
            await store.set(made)
            no_trouble(interaction.client, guild)
            await _audit(interaction, guild, f"every={made.every}, channel={made.channel}")
        elif channel is not None or hour is not None:
            raise QuestionError(text("overviews.digest_how_often"))
        now = await store.get(guild)
        await respond(interaction, content=_described(now, turned_off=every == "off"))


def _made(guild: int, place: object, every: Every, hour: int | None) -> StoredDigest:
    """Make the digest. It begins with what is new from now on. Raises NotAllowedError if the bot
    cannot post in the channel, and QuestionError outside a text channel."""
    if not isinstance(place, discord.TextChannel):
        raise QuestionError(text("overviews.digest_channel"))
    check_can_post(place)
    at, now = _MORNING if hour is None else hour, datetime.now(UTC)
    return StoredDigest(
        guild=guild,
        channel=place.id,
        every=every,
        hour=at,
        due=next_due(every, at, now),
        covered=now,
    )


def _described(digest: StoredDigest | None, *, turned_off: bool) -> str:
    if digest is None:
        return text("overviews.digest_off" if turned_off else "overviews.digest_none")
    channel = f"<#{digest.channel}>"
    if digest.paused:
        return text("overviews.digest_paused", channel=channel)
    every = text("overviews.every_week" if digest.every is Every.WEEKLY else "overviews.every_day")
    return text("overviews.digest_set", channel=channel, every=every, hour=digest.hour)


async def _audit(interaction: Interaction, guild: int, detail: str) -> None:
    await interaction.client.runtime.store.audit.record(
        AuditEntry(datetime.now(UTC), guild, interaction.user.id, "digest", detail, "done")
    )
