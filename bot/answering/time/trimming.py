"""Questions without the words that only say which articles count."""

from index.models import Span

_PAUSES, _ENDS = ",;:", "?.!"


def without(question: str, span: Span) -> str:
    """Remove the words of a span with the punctuation around it."""
    before, after = question[: span.start].rstrip(), question[span.end :].lstrip()
    if not before or before[-1] in _PAUSES:
        after = after.lstrip(f"{_PAUSES} ")
    if after[:1] in _ENDS:
        return f"{before.rstrip(_PAUSES)}{after}"
    return f"{before} {after}" if before and after[0] not in _PAUSES else f"{before}{after}"
