"""Understanding a question that leans on the ones before it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.models import Turn
from index.words import FUNCTION_WORDS, read_words

_POINTS_BACK = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|this|that|these|those|there|then|"
    r"the (?:latter|former|same|other))\b",
    re.IGNORECASE,
)
_OPENS_AS_FOLLOW_UP = re.compile(
    r"\s*(?:and|but|so|or|also|what about|how about|by whom|since when|really)\b", re.IGNORECASE
)
_MOST_CARRIED = 2  # questions; what was asked before them is another matter


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as asked, and what it takes over from the conversation ("" for nothing)."""

    asked: str
    context: str = ""

    @property
    def text(self) -> str:
        """What is searched for."""
        return f"{self.context} {self.asked}".strip()


def understand(question: str, history: Sequence[Turn]) -> Understood:
    """The question with the one before it where it leans on that one, and with the one before
    that where that one leans, too: "How much is it worth?", "And when is it due?", "Who said so?"
    are all about what the first was about."""
    asked = question.strip()
    carried: list[str] = []
    earlier = [turn.question.strip() for turn in history]
    latest = asked
    while earlier and leans(latest) and len(carried) < _MOST_CARRIED:
        latest = earlier.pop()
        carried.insert(0, latest)
    return Understood(asked, " ".join(carried))


def leans(question: str) -> bool:
    """Whether the question cannot be understood without the one before it: it opens like a
    follow-up, points back, or has no word of its own ("Why not?")."""
    if _OPENS_AS_FOLLOW_UP.match(question) or _POINTS_BACK.search(question):
        return True
    return all(
        word.lower in FUNCTION_WORDS or word.lower == "much" for word in read_words(question)
    )
