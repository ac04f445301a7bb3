"""Messages that users see before the answer: notices of a wait, and refusals."""

from collections.abc import Iterable

import prompts
from prompts.languages import language, languages
from tests.fake_discord import Message

# Notices that an answer replaces. They come before it if the machine is slow.
WAITS = (
    "Your question is in the queue",
    prompts.text("discord_next"),
    *(language(code).texts["discord_next"].text for code in languages()),
)
# The last begins a refusal, which only the asker sees.
_NOTICES = (*WAITS, "I could not answer this")


def without_notices(shown: Iterable[Message]) -> list[Message]:
    """Return the messages that are not notices or busy refusals."""
    return [message for message in shown if not message.content.startswith(_NOTICES)]
