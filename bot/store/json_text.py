"""Stored JSON, read leniently: rows may be damaged, or written by another version."""

from collections.abc import Iterator
from typing import Any

from pydantic_core import from_json

from bot.domain.models import Role


def json_object(text: str | None) -> dict[str, Any] | None:
    """Parse an object; None if the text is not one."""
    try:
        found = from_json(text) if text is not None else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def evidence_in(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the citations of an answer that are its evidence."""
    citations = answer.get("citations")
    for citation in citations if isinstance(citations, list) else ():
        if isinstance(citation, dict) and citation.get("role") == Role.EVIDENCE:
            yield citation
