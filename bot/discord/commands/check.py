"""/check, and its context menu command: a text against the articles."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Self

import discord
from discord import app_commands

from bot.discord.acknowledgement import send_first_response
from bot.discord.answers import check_interaction
from bot.discord.client import Interaction, asker_of
from bot.discord.failures import UNSENT, told, visit
from bot.discord.language import speaking_to_readers
from bot.discord.page_buttons import Pages, list_view, pages_of
from bot.discord.permissions import check_here
from bot.discord.rendering.checks import check_pages
from bot.discord.signed_button import TAG, SignedButton
from bot.discord.text.message_text import message_text
from bot.domain.errors import QuestionError
from bot.store.signatures import Signer
from prompts import text as prompt_text

_MOST_CHARS = 6000  # Discord's limit for an option


@app_commands.command()
@app_commands.describe(
    text="Text whose sentences to check", public="Show the result to everyone here"
)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def check(
    interaction: Interaction,
    text: app_commands.Range[str, 1, _MOST_CHARS],
    public: bool = False,
) -> None:
    """Check a text against the articles, sentence by sentence; only you see the result"""
    await check_interaction(interaction, text, private=not public)


@app_commands.context_menu(name="Check against the articles")
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def check_message(interaction: Interaction, message: discord.Message) -> None:
    async with told(interaction):
        claimed = message_text(message)
        if not claimed.strip():
            raise QuestionError(prompt_text("refusals.message_without_text"))
        await check_interaction(interaction, claimed)


class ShareButton(SignedButton, template=r"share:(?P<check>[a-z2-7]{12}):" + TAG):
    """Button that shows a private check to everyone in the channel, once. Then it is disabled."""

    def __init__(self, signer: Signer, check: str, *, used: bool = False) -> None:
        label = prompt_text("buttons.share_check")
        super().__init__(signer, f"share:{check}", label=label, disabled=used)
        self._check = check

    @classmethod
    def read(cls, signer: Signer, fields: Mapping[str, str]) -> Self:
        return cls(signer, fields["check"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        async with told(interaction), visit(interaction):
            await interaction.client.runtime.requests.admit_browsing(asker_of(interaction))
            check_here(interaction)
            with speaking_to_readers(interaction.client, interaction.guild_id, private=False):
                pages = await _pages(interaction, self._check if self.genuine else "")
                view = list_view(interaction, "check", self._check, 0, len(pages), private=False)
            shared = interaction.client.shared_checks
            if shared.get(self._check):  # an earlier press is not shown yet
                await self._show_used(interaction)
                return
            shared.add(self._check, True)
            try:
                await self._show_used(interaction)
                await interaction.followup.send(embed=pages[0], view=view or discord.utils.MISSING)
            except UNSENT:
                shared.forget(self._check)
                with suppress(*UNSENT):  # the failure itself is reported
                    await interaction.edit_original_response(view=_with_button(interaction))
                raise

    async def _show_used(self, interaction: Interaction) -> None:
        """Disable the button in the private message."""
        view = _with_button(interaction, used=self._check)
        await send_first_response(interaction, lambda: interaction.response.edit_message(view=view))


def _with_button(interaction: Interaction, *, used: str = "") -> discord.ui.View:
    """Build the buttons of the message again, with one of them disabled."""
    assert interaction.message is not None  # the press of a button has one
    view = discord.ui.View.from_message(interaction.message, timeout=None)
    for button in view.children:
        if isinstance(button, discord.ui.Button):
            button.disabled = bool(used) and (button.custom_id or "").startswith(f"share:{used}:")
    return view


def _share(interaction: Interaction, check_id: str) -> ShareButton:
    client = interaction.client
    used = client.shared_checks.get(check_id) is not None
    return ShareButton(client.runtime.store.signer, check_id, used=used)


@pages_of("check", _share)
async def _pages(interaction: Interaction, check_id: str) -> Pages:
    held = interaction.client.checks.get(check_id)
    if held is None:
        raise QuestionError(prompt_text("refusals.check_gone"))
    return check_pages(held)
