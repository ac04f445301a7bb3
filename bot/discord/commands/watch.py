"""/watch and /watching: questions that are asked again after each update of the articles."""

from discord import app_commands

from bot.discord.acknowledgement import defer, respond
from bot.discord.client import Interaction, asker_of
from bot.discord.delivery import edit_answer
from bot.discord.failures import told, visit
from bot.discord.permissions import check_here
from bot.discord.rendering.watches import list_embeds, watching_embeds
from bot.discord.watch_buttons import stop_view
from bot.domain.models import MAX_QUESTION_CHARS, check_question
from bot.watches.watcher import EXPIRES_AFTER, WatchRequest


@app_commands.command()
@app_commands.describe(
    question="What do you want to know about, whenever the answer changes?",
    private="Write to you by direct message, not in this channel",
)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def watch(
    interaction: Interaction,
    question: app_commands.Range[str, 1, MAX_QUESTION_CHARS],
    private: bool | None = None,
) -> None:
    """Get a message when the answer to a question changes"""
    async with told(interaction), visit(interaction):
        runtime = interaction.client.runtime
        runtime.observer.arrived("command", question)
        check_question(question)
        settings = check_here(interaction)
        await runtime.requests.admit(asker_of(interaction))
        await defer(interaction, private=True)
        direct = settings.private if private is None else private
        added = await runtime.follow_ups.watcher.add(_request(interaction, question, direct))
        view = stop_view(runtime.store.signer, [added])
        embeds = watching_embeds(added, EXPIRES_AFTER.days)
        await edit_answer(interaction, embeds=embeds, view=view)


@app_commands.command()
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def watching(interaction: Interaction) -> None:
    """List the questions that you watch, with buttons to stop"""
    async with told(interaction), visit(interaction):
        runtime = interaction.client.runtime
        await runtime.requests.admit_browsing(asker_of(interaction))
        watches = await runtime.store.watches.of_watcher(interaction.user.id)
        embeds = list_embeds(watches)
        if view := stop_view(runtime.store.signer, watches):
            await respond(interaction, embeds=embeds, view=view)
        else:
            await respond(interaction, embeds=embeds)


def _request(interaction: Interaction, question: str, direct: bool) -> WatchRequest:
    """Build the request. A direct channel identifies a person, so it is not stored."""
    in_channel = interaction.guild_id is not None and not direct
    return WatchRequest(
        question=question.strip(),
        watcher=interaction.user.id,
        guild=interaction.guild_id,
        channel=interaction.channel_id if in_channel else None,
    )
