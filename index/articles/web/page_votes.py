"""Second opinion on which blocks of a page are its article: trafilatura's.

trafilatura 2.3.1 alone loses the text of <time>, quotes in <figure> and paragraphs whose class has
share, nav or meta in it, and joins footnote marks to amounts. So its text is only a vote.
"""

from collections.abc import Sequence

_COMPARED = 60  # characters at either end of a block


def votes(html: str, texts: Sequence[str]) -> list[bool]:
    """Return for each text whether trafilatura takes it for part of the article."""
    # Imported here because it takes 150 ms.
    from lxml.etree import LxmlError  # type: ignore[import-untyped]  # ships no types
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    try:
        page = bare_extraction(html, with_metadata=False, include_comments=False)
    except (LxmlError, RecursionError):  # our own parser has read the page: go on without a vote
        return [False] * len(texts)
    taken = _letters(page.text or "") if isinstance(page, Document) else ""
    return [_is_in(_letters(text), taken) for text in texts]


def _is_in(letters: str, taken: str) -> bool:
    return bool(letters) and (letters[:_COMPARED] in taken or letters[-_COMPARED:] in taken)


def _letters(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())
