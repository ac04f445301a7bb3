"""Offer to ask a question again that the shutdown of the bot left without an answer."""

import discord

from bot.discord.client import DealbotClient
from bot.discord.drafts import Target
from bot.discord.rendering.notices import interrupted_embed
from bot.discord.signed_button import TAG, signed_id
from bot.discord.text.escapes import inert
from bot.discord.text.lengths import EMBED_FOOTER, length
from bot.domain.errors import Refusal, ServiceClosedError
from bot.domain.models import Question
from bot.requests.handler import Asker
from prompts import text

# The asker, the message that asks (0 for a command), and the `as_of` of the question.
TEMPLATE = r"retry:(?P<asker>\d{1,20}):(?P<message>\d{1,20}):(?P<as_of>[0-9T.:+-]{0,32}):" + TAG


async def offer_retry(
    client: DealbotClient,
    error: ServiceClosedError,
    question: Question,
    asker: Asker,
    place: Target,
    message: int = 0,
) -> None:
    """Show in place of the answer that the bot restarts, with a button that asks again after it.

    The text of a command is kept nowhere else, so the message shows it; the button reads it there.
    Raises the error if it is another one than the interruption of a question."""
    if error.code is not Refusal.INTERRUPTED:
        raise error
    client.runtime.observer.refused(error)
    asked = "" if message else inert(question.question).strip()
    view = None
    if length(asked) <= EMBED_FOOTER:
        name = signed_id(
            client.runtime.store.signer, retry_payload(asker.user, message, question.as_of)
        )
        view = discord.ui.View(timeout=None)
        view.add_item(discord.ui.Button(custom_id=name, label=text("buttons.pick_again")))
    await place.send([interrupted_embed(error, asked if view else "")], view)


def retry_payload(asker: int, message: int, as_of: str) -> str:
    """Return the id of the button, without its signature."""
    return f"retry:{asker}:{message}:{as_of}"
