"""The questions of a message with several: "Who runs it? And since when?"."""

import re

from bot.answering.question.answer_kind import AnswerKind, answer_kind
from index.text.words import read_words

_MOST = 3
_FEWEST_WORDS = 3  # of a question in the middle of a message; "really?" belongs to the one before
_END = re.compile(r"(?<![?!])\?[?!]* ")
# "and" before a word that asks. Pieces that are no questions on their own are joined again.
_AND = re.compile(
    r",? (?:and|also|plus) (?=(?:who|what|when|where|why|how|which)(?:'?s)?\b)", re.IGNORECASE
)


def questions_in(message: str) -> tuple[str, ...]:
    """Split a message into at most three questions; a message with one question has one part."""
    parts: list[str] = []
    for sentence in _split(" ".join(message.split()), _END):
        for piece in _split(sentence, _AND):
            if (parts and not _asks(piece)) or (parts and not _asks(parts[-1])):
                parts[-1] = f"{parts[-1]} {piece}"
            else:
                parts.append(piece)
    if len(parts) > _MOST:
        parts[_MOST - 1 :] = [" ".join(parts[_MOST - 1 :])]
    return tuple(parts)


def _split(text: str, boundary: re.Pattern[str]) -> list[str]:
    """Cut the text behind question marks, and at the matches of `boundary`, which are dropped."""
    pieces, start = [], 0
    for match in boundary.finditer(text):
        pieces.append(text[start : match.start()] + ("?" if match[0].startswith("?") else ""))
        start = match.end()
    return [piece.strip() for piece in (*pieces, text[start:]) if piece.strip()]


def _asks(piece: str) -> bool:
    return answer_kind(piece) is not AnswerKind.OTHER and len(read_words(piece)) >= _FEWEST_WORDS
