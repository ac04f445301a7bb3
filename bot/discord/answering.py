"""Answering through Discord: the same for a command, a menu and a message."""

from contextlib import suppress

import discord

from bot.asking import Asker
from bot.discord.buttons import answer_view
from bot.discord.client import DealbotClient, Interaction, asker_of
from bot.discord.delivering import edit_answer, reply
from bot.discord.failures import told
from bot.discord.permissions import check_place
from bot.discord.rendering.answers import answer_pages
from bot.models import Question
from bot.store.receipts import Kept
from bot.store.settings import ServerSettings


async def answer_interaction(interaction: Interaction, text: str, private: bool | None) -> None:
    """Defers at once, answers when the answer is there, and keeps which message gives it."""
    office, asker = interaction.client.office, asker_of(interaction)
    async with told(interaction), office.desk.visit():
        settings = ServerSettings()
        if interaction.guild_id is not None:
            settings = await office.store.settings.get(interaction.guild_id)
            check_place(settings, interaction.channel, interaction.user)
        await office.desk.admit(asker)
        hidden = settings.private if private is None else private
        await interaction.response.defer(ephemeral=hidden, thinking=True)

        async def waiting(before: int) -> None:
            with suppress(discord.HTTPException):  # the answer itself comes anyhow
                await interaction.edit_original_response(content=_waiting_line(before))

        history = await office.desk.conversation(asker.channel, asker.user)
        question = Question(question=text, history=history)
        kept = await office.desk.ask(question, asker, private=hidden, on_wait=waiting)
        embeds, view = shown(interaction.client, kept)
        sent = await edit_answer(interaction, embeds=embeds, view=view)
        await office.store.receipts.link_message(sent.id, kept.id)


async def answer_message(
    client: DealbotClient, message: discord.Message, question: Question, asker: Asker
) -> None:
    """Answers in a reply."""
    with suppress(discord.HTTPException):
        await message.channel.typing()
    kept = await client.office.desk.ask(question, asker, private=message.guild is None)
    embeds, view = shown(client, kept)
    sent = await reply(message, embeds=embeds, view=view)
    await client.office.store.receipts.link_message(sent.id, kept.id)


def shown(client: DealbotClient, kept: Kept) -> tuple[list[discord.Embed], discord.ui.View | None]:
    """The first page of an answer with its buttons."""
    pages = answer_pages(kept.answer, kept.id)
    return [pages[0]], answer_view(client.office.store.signer, kept, 0, len(pages))


def _waiting_line(before: int) -> str:
    if before == 0:
        return "Your question is next."
    return f"Many are asking: {before} before you."
