"""What people are shown while no answer is there yet."""

from collections.abc import Iterable

from tests.fake_discord import Message

# Of the wait: the answer comes after; or of a refusal, which the asker alone gets.
_NOTICES = ("Your question is next", "Many are asking", "I could not answer this")


def without_notices(shown: Iterable[Message]) -> list[Message]:
    """The answers and refusals among these."""
    return [message for message in shown if not message.content.startswith(_NOTICES)]
