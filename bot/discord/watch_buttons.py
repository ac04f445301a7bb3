"""The buttons that stop a watch. They survive a restart."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import discord

from bot.discord.acknowledgement import respond
from bot.discord.client import asker_of
from bot.discord.failures import told, visit
from bot.discord.signed_button import TAG, SignedButton
from bot.domain.errors import QuestionError
from bot.store.signatures import Signer
from bot.store.watches import StoredWatch
from prompts import text


class StopButton(SignedButton, template=r"unwatch:(?P<watch>[a-z2-7]{12}):" + TAG):
    """Button that stops a watch, for its watcher alone. Forged ids are refused."""

    def __init__(self, signer: Signer, watch: str, label: str = "") -> None:
        super().__init__(signer, f"unwatch:{watch}", label=label or text("watches.stop"))
        self._watch = watch

    @classmethod
    def read(cls, signer: Signer, fields: Mapping[str, str]) -> Self:
        return cls(signer, fields["watch"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        async with told(interaction), visit(interaction):
            runtime = interaction.client.runtime
            await runtime.requests.admit_browsing(asker_of(interaction))
            if not self.genuine or not await runtime.store.watches.stop(
                self._watch, interaction.user.id
            ):
                raise QuestionError(text("refusals.watch_gone"))
            await respond(interaction, content=text("watches.stopped"))


def stop_view(signer: Signer, watches: Sequence[StoredWatch]) -> discord.ui.View | None:
    """Build the stop buttons of these watches, numbered if there are several; None for none."""
    if not watches:
        return None
    view = discord.ui.View(timeout=None)
    for number, watch in enumerate(watches, start=1):
        label = text("watches.stop_number", number=number) if len(watches) > 1 else ""
        view.add_item(StopButton(signer, watch.id, label))
    return view
