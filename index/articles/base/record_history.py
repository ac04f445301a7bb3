"""The history of an article as its record gives it: when it was seen, whether it was withdrawn, and
the blocks of its text."""

from collections.abc import Sequence
from typing import Any

from index.articles.base.dates import utc_iso, utc_seconds
from index.articles.base.writer import ArticleWriter
from index.errors import SourceError
from index.models import Block, BlockKind

_KINDS = {kind.value: kind for kind in BlockKind}
_BLOCK = "[kind, start, end, page]"


def seen_time(text: str, writer: ArticleWriter) -> str:
    """Return the time when an article was seen, as ISO 8601 in UTC. Returns "" and notes it if the
    time cannot be read."""
    if not text.strip():
        return ""
    seconds = utc_seconds(text.strip())
    if seconds is None:
        writer.note(f"The time “{text[:60]}” of being seen could not be read.")
    return utc_iso(seconds)


def withdrawal_time(seen: str, published: str, place: str) -> str:
    """Return the time of a withdrawal, as ISO 8601 in UTC. Raises SourceError if there is none."""
    time = seen or utc_iso(utc_seconds(published))
    if not time:
        raise SourceError(
            f'{place}: a withdrawn article needs the time of the withdrawal in "seen", such as '
            "2026-11-29T08:00:00Z."
        )
    return time


def given_blocks(value: object, text: str, place: str) -> tuple[Block, ...]:
    """Read the blocks of a text from a list of lists; empty for anything else, because other
    programs use the name for other things. Raises SourceError for a block of an unknown kind, one
    outside the text, or one that begins before the end of the block before."""
    if not isinstance(value, list) or not all(isinstance(each, list) for each in value):
        return ()
    blocks = tuple(_block(each, number, place) for number, each in enumerate(value, 1))
    end = 0
    for number, block in enumerate(blocks, 1):
        if not end <= block.start < block.end <= len(text):
            raise SourceError(
                f"{place}: block {number} ({block.start} to {block.end}) is outside the text, or "
                "not after the block before it."
            )
        end = block.end
    return blocks


def _block(value: Sequence[Any], number: int, place: str) -> Block:
    kind = value[0] if value else None
    if not isinstance(kind, str) or kind not in _KINDS:
        raise SourceError(
            f"{place}: block {number} has no known kind. A block is {_BLOCK}; the kinds are "
            f"{', '.join(_KINDS)}."
        )
    numbers = value[1:]
    if not 2 <= len(numbers) <= 3 or not all(type(each) is int and each >= 0 for each in numbers):
        raise SourceError(f"{place}: block {number} is not {_BLOCK}, with numbers from 0 on.")
    return Block(_KINDS[kind], *numbers)
