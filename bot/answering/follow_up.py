"""Understanding a question that leans on the one before it."""

import re
from collections.abc import Sequence

from bot.models import Turn

_POINTS_BACK = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|this|that|these|those|there|then|"
    r"the (?:latter|former|same|other))\b",
    re.IGNORECASE,
)
_OPENS_AS_FOLLOW_UP = re.compile(
    r"\s*(?:and\b|but\b|so\b|or\b|what about\b|how about\b|why(?: not)?\s*\?|also\b|when\s*\?|"
    r"who\s*\?|where\s*\?|how\s*\?|how much\s*\?|by whom\b|since when\b|really\b)",
    re.IGNORECASE,
)


def understand(question: str, history: Sequence[Turn]) -> str:
    """The question as it will be searched: with the question before it where it leans on that
    one, else as it stands."""
    if history and _leans(question):
        return f"{history[-1].question.strip()} {question.strip()}"
    return question.strip()


def _leans(question: str) -> bool:
    return bool(_OPENS_AS_FOLLOW_UP.match(question) or _POINTS_BACK.search(question))
