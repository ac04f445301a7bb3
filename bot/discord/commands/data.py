"""/export and /forget me: a user's own stored data."""

import io

import discord
from discord import app_commands

from bot.discord.acknowledgement import defer, respond
from bot.discord.client import Interaction, asker_of
from bot.discord.delivery import token_left_s, with_retries
from bot.discord.erasure import ForgetButton, text_of
from bot.discord.failures import told, visit
from bot.domain.errors import QuestionError
from bot.store.people import Counts
from bot.wording.answers import put_in_words
from prompts import text as prompt_text

_LARGEST = 8_000_000  # bytes; Discord accepts this much in every server

forget = app_commands.Group(
    name="forget",
    description="Remove what I keep about you",
    allowed_contexts=app_commands.AppCommandContext(
        guild=True, dm_channel=True, private_channel=False
    ),
)


@forget.command()
async def me(interaction: Interaction) -> None:
    """Remove what I keep about you: answers, votes, watches. Asks you to confirm"""
    async with told(interaction), visit(interaction):
        runtime, user = interaction.client.runtime, interaction.user.id
        await runtime.requests.admit_browsing(asker_of(interaction))
        counts = await runtime.store.people.count(user)
        if counts == Counts(0, 0):
            await respond(interaction, content=prompt_text("notices.nothing_kept"))
            return
        view = discord.ui.View(timeout=None)
        view.add_item(ForgetButton(runtime.store.signer, user))
        kept = text_of("notices.kept", counts)
        text = f"{kept} {prompt_text('discord_forget')}"
        await respond(interaction, content=text, view=view)


@app_commands.command()
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def export(interaction: Interaction) -> None:
    """Get everything that I keep about you, as a file that only you can see"""
    async with told(interaction), visit(interaction):
        runtime = interaction.client.runtime
        await runtime.requests.admit_browsing(asker_of(interaction))
        await defer(interaction, private=True)
        kept = await runtime.store.people.export(interaction.user.id, put_in_words)
        data = kept.model_dump_json(indent=2).encode()
        if len(data) > _LARGEST:
            raise QuestionError(prompt_text("refusals.export_large"))
        await with_retries(
            lambda: interaction.edit_original_response(
                content=prompt_text("discord_export"),
                attachments=[discord.File(io.BytesIO(data), "dealbot-export.json")],
            ),
            token_left_s(interaction),
        )
