"""An answer that a model is writing, shown as it grows: first its quotes, then an edit now and
then, and at last the whole."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import discord

from bot.discord.client import Interaction
from bot.discord.delivery import edit_answer, persistently, reply
from bot.discord.failures import UNSENT
from bot.discord.rendering.answers import answer_pages
from bot.domain.models import Answer
from bot.serving.service import OnDraft

_EVERY_S = 1.5  # Discord takes about one edit a second in a channel
_SEND_FOR_S = 120.0

# An edit that says nothing of it would ping whoever is replied to.
_NOBODY = discord.AllowedMentions.none()

_Embeds = list[discord.Embed]


class InPlace:
    """Of a command: in place of the deferred answer."""

    def __init__(self, interaction: Interaction) -> None:
        self._interaction = interaction

    async def draft(self, embeds: _Embeds) -> None:
        await self._interaction.edit_original_response(content=None, embeds=embeds)

    async def send(self, embeds: _Embeds, view: discord.ui.View | None) -> discord.Message:
        return await edit_answer(self._interaction, embeds=embeds, view=view)


class InReply:
    """To a message: one reply, which is edited."""

    def __init__(self, message: discord.Message) -> None:
        self._message = message
        self._reply: discord.Message | None = None

    async def draft(self, embeds: _Embeds) -> None:
        if self._reply is None:
            self._reply = await reply(self._message, embeds=embeds, view=None)
        else:
            await self._reply.edit(embeds=embeds, allowed_mentions=_NOBODY)

    async def send(self, embeds: _Embeds, view: discord.ui.View | None) -> discord.Message:
        sent = self._reply
        if sent is None:
            return await reply(self._message, embeds=embeds, view=view)
        return await persistently(
            lambda: sent.edit(embeds=embeds, view=view, allowed_mentions=_NOBODY), _SEND_FOR_S
        )


@asynccontextmanager
async def growing(place: InPlace | InReply) -> AsyncIterator[OnDraft]:
    """Shows there what is written while the block runs; behind it nothing is on its way any more
    that would come after the answer."""
    drafts = _Growing(place)
    try:
        yield drafts
    finally:
        await drafts.settled()


class _Growing:
    """Takes drafts, and shows those for which it is time. A draft that cannot be shown is no loss:
    the answer comes anyhow."""

    def __init__(self, place: InPlace | InReply) -> None:
        self._place = place
        self._not_before = 0.0
        self._showing: asyncio.Task[None] | None = None

    async def __call__(self, draft: Answer) -> None:
        """Returns at once. A request on its way is never cancelled: discord.py might keep
        everything else waiting for it."""
        now = time.monotonic()
        if now < self._not_before or (self._showing and not self._showing.done()):
            return
        self._not_before = now + _EVERY_S
        self._showing = asyncio.create_task(self._try(draft), name="showing a draft")

    async def settled(self) -> None:
        """Returns once nothing is on its way any more that would come after the answer."""
        if self._showing:
            await asyncio.shield(self._showing)

    async def _try(self, draft: Answer) -> None:
        with suppress(*UNSENT):
            await self._place.draft([answer_pages(draft, draft.id)[0]])
