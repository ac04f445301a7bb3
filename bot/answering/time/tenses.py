"""Wording of a question that shows its time: tenses, and "latest" or "first"."""

import re

from index.models import Span

_NEWEST = re.compile(
    r"\b(?:now|currently|current|today|at (?:the moment|present)|nowadays|these days|still|latest|"
    r"newest|most recent(?:ly)?|recent(?:ly)?|so far|by now|as (?:it|things) stands?|lately|"
    r"up[- ]to[- ]date|to date|yet)\b",
    re.IGNORECASE,
)
# Words for the latest that a sentence seldom has of what it reports, unlike "now".
_LATEST = re.compile(
    r"(?<!at the )\b(?:latest|newest|most recent|most up[- ]to[- ]date)\b(?= \w)", re.IGNORECASE
)
_FIRST = re.compile(
    r"\b(?:first|firstly|original(?:ly)?|initial(?:ly)?|earliest|oldest|formerly)\b", re.IGNORECASE
)
_AUXILIARY = re.compile(
    r"\b(?:(?P<past>was|were|did|had|could|would|didn't|wasn't|weren't|hadn't)|"
    r"(?P<perfect>has|have|hasn't|haven't)|(?P<present>is|are|do|does|can|will|must|should|isn't|aren't|doesn't|"
    r"don't|won't|(?<!in )(?<!of )(?-i:may)(?= [a-z])))\b",
    re.IGNORECASE,
)
_FUTURE = re.compile(r"\b(?:will|shall|won't)\b|'ll\b", re.IGNORECASE)
_KNOWLEDGE = re.compile(
    r"\b(?:known|know|knew|believed|expected|reported|thought)\b", re.IGNORECASE
)


def tense_of(question: str) -> str:
    """Return the tense of the first auxiliary: "past", "perfect" or "present"; "past" without
    one."""
    auxiliary = _AUXILIARY.search(question)
    return (auxiliary.lastgroup or "past") if auxiliary else "past"


def looks_ahead(question: str) -> bool:
    """Return whether the question is in the future tense."""
    return _FUTURE.search(question) is not None


def asks_for_newest(question: str) -> bool:
    """Return whether the question asks for the latest or for what is so now."""
    return _NEWEST.search(question) is not None


def latest_span(question: str) -> Span | None:
    """Return the first words of the question that ask for the latest."""
    match = _LATEST.search(question)
    return Span(*match.span()) if match else None


def asks_for_first(question: str) -> bool:
    """Return whether the question asks for the first or the original."""
    return _FIRST.search(question) is not None


def asks_for_knowledge(words: str) -> bool:
    """Return whether the words ask what was known."""
    return _KNOWLEDGE.search(words) is not None
