"""Messages that users see before the answer: notices of a wait, and refusals."""

from collections.abc import Iterable

from tests.fake_discord import Message

# The first is a notice that an answer follows; the others begin refusals, which only the asker
# sees.
_NOTICES = ("Your question is next", "Your question is in the queue", "I could not answer this")


def without_notices(shown: Iterable[Message]) -> list[Message]:
    """Return the messages that are not notices or busy refusals."""
    return [message for message in shown if not message.content.startswith(_NOTICES)]
