"""Display of an answer while a model writes it: the quotes first, then occasional edits, and the
whole answer last."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import discord

from bot.discord.client import Interaction
from bot.discord.delivery import edit_answer, reply, with_retries
from bot.discord.failures import UNSENT
from bot.discord.rendering.answers import answer_pages
from bot.domain.callbacks import OnDraft
from bot.domain.models import Answer

_EVERY_S = 1.5  # Discord takes about one edit a second in a channel
_SEND_FOR_S = 120.0

# Without this, an edit would ping the author of the message replied to.
NO_MENTIONS = discord.AllowedMentions.none()

_Embeds = list[discord.Embed]


class DeferredTarget:
    """Destination for a command's answer: the deferred response, edited."""

    def __init__(self, interaction: Interaction) -> None:
        self._interaction = interaction

    async def draft(self, embeds: _Embeds) -> None:
        await self._interaction.edit_original_response(content=None, embeds=embeds)

    async def send(self, embeds: _Embeds, view: discord.ui.View | None) -> discord.Message:
        return await edit_answer(self._interaction, embeds=embeds, view=view)


class PostedTarget:
    """Destination for an answer that replaces a message of the bot."""

    def __init__(self, message: discord.Message | discord.PartialMessage) -> None:
        self._message = message

    async def draft(self, embeds: _Embeds) -> None:
        await self._message.edit(embeds=embeds, allowed_mentions=NO_MENTIONS)

    async def send(self, embeds: _Embeds, view: discord.ui.View | None) -> discord.Message:
        return await with_retries(
            lambda: self._message.edit(
                content=None, embeds=embeds, view=view, allowed_mentions=NO_MENTIONS
            ),
            _SEND_FOR_S,
        )


class ReplyTarget:
    """Destination for a message's answer: one reply, edited as the answer grows. If another process
    may have replied, `renews` is set, and the answer takes the place of that reply: Discord returns
    it, because the nonce is the same."""

    def __init__(self, message: discord.Message, *, renews: bool = False) -> None:
        self._message, self._renews = message, renews
        self._posted: PostedTarget | None = None

    async def draft(self, embeds: _Embeds) -> None:
        if self._posted is None:
            self._posted = PostedTarget(await reply(self._message, embeds=embeds, view=None))
        else:
            await self._posted.draft(embeds)

    async def send(self, embeds: _Embeds, view: discord.ui.View | None) -> discord.Message:
        if self._posted is None and self._renews:
            await self.draft(embeds)
        if self._posted is None:
            return await reply(self._message, embeds=embeds, view=view)
        return await self._posted.send(embeds, view)


Target = DeferredTarget | PostedTarget | ReplyTarget


@asynccontextmanager
async def growing(place: Target) -> AsyncIterator[OnDraft]:
    """Show drafts in `place` while the block runs. No draft is in flight after the block, so none
    can overwrite the answer."""
    drafts = _Growing(place)
    try:
        yield drafts
    finally:
        await drafts.settled()


class _Growing:
    """Callback that shows drafts, at most one per 1.5 s. It drops a draft that cannot be shown,
    because the answer follows."""

    def __init__(self, place: Target) -> None:
        self._place = place
        self._not_before = 0.0
        self._showing: asyncio.Task[None] | None = None

    async def __call__(self, draft: Answer) -> None:
        """Start to show a draft and return at once. Skip it if it comes too early or another draft
        is in flight. A request in flight is never cancelled: discord.py might make all others wait
        for it."""
        now = time.monotonic()
        if now < self._not_before or (self._showing and not self._showing.done()):
            return
        self._not_before = now + _EVERY_S
        self._showing = asyncio.create_task(self._try(draft), name="showing a draft")

    async def settled(self) -> None:
        """Wait until no draft is in flight, so that none can arrive after the answer."""
        if self._showing:
            await asyncio.shield(self._showing)

    async def _try(self, draft: Answer) -> None:
        with suppress(*UNSENT):
            await self._place.draft([answer_pages(draft)[0]])
