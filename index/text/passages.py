"""Grouping an article's sentences into passages."""

from collections.abc import Sequence

from index.models import Span

# About 150 tokens: what fits the encoder's window of 256 with room for long words, and about
# the length of the paragraphs that the retrieval figures were measured on.
MAX_CHARS = 800


def group_passages(sentences: Sequence[Span], max_chars: int = MAX_CHARS) -> list[range]:
    """Runs of whole sentences, as ranges of positions in `sentences`. Each spans at most
    `max_chars` code points, or is one sentence where that alone is longer. Every sentence is in
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
