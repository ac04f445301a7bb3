"""Passages: groups of consecutive sentences of an article."""

from collections.abc import Sequence

from index.models import Span

# About 150 tokens. This fits the encoder's window of 256 with room for long words. It is also about
# the paragraph length in the retrieval measurements.
MAX_CHARS = 800


def group_passages(sentences: Sequence[Span], max_chars: int = MAX_CHARS) -> list[range]:
    """Group sentences into passages, each a range of positions in `sentences`. A passage spans at
    most `max_chars` code points, unless it is a single longer sentence. Every sentence is in
    exactly one passage."""
    passages: list[range] = []
    first = 0
    for position in range(1, len(sentences)):
        if sentences[position].end - sentences[first].start > max_chars:
            passages.append(range(first, position))
            first = position
    if sentences:
        passages.append(range(first, len(sentences)))
    return passages
