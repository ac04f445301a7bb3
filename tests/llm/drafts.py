"""Drafts as a model writes them, citing the sentences of the prompt."""

import html
import json
import re
from collections.abc import Callable

from tests.llm.endpoint import Received

_GIVEN = re.compile(r'<sentence number="(\d+)"[^>]*>(.*?)</sentence>')


def given(received: Received) -> dict[int, str]:
    """Return the sentences of the prompt by their numbers."""
    found = _GIVEN.findall(received.said_by("user"))
    return {int(number): html.unescape(text) for number, text in found}


def cites(received: Received, *words: str) -> list[int]:
    """Return the numbers of the sentences that contain any of the words."""
    return [n for n, text in given(received).items() if any(word in text for word in words)]


def drafting(*sentences: tuple[str, str], answerable: bool = True) -> Callable[[Received], str]:
    """Return a draft of these sentences, each with a text that its cited evidence contains."""

    def draft(received: Received) -> str:
        written = [{"text": text, "evidence": cites(received, at)} for text, at in sentences]
        return json.dumps({"answerable": answerable, "sentences": written})

    return draft
