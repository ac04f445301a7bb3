"""Reason for an abstention: the parts of the question that the closest sentence lacks."""

import re
from collections.abc import Sequence

from bot.answering.text.names import names_in
from bot.domain.models import Citation
from index.text.words import FUNCTION_WORDS, read_words

# Does not match inside "COVID-19" or "2031-05-04".
_NUMBER = re.compile(r"(?<![\w.,-])\d(?:[\d,.]*\d)?(?![\w-])")
_MOST_NAMED = 2


def named_as_lacking(question: str, closest: Sequence[Citation]) -> tuple[str, ...]:
    """Return up to two names or numbers of the question that the closest sentence lacks."""
    return tuple(lacking_in(question, closest[0])[:_MOST_NAMED]) if closest else ()


def lacking_in(question: str, citation: Citation) -> list[str]:
    """List the question's names and numbers that share no content word with the sentence or its
    article's title."""
    there = {word.lower for word in read_words(f"{citation.title} {citation.quote}")}
    asked = [question[name.start : name.end] for name in names_in(question)]
    asked += _NUMBER.findall(question)
    return [each for each in dict.fromkeys(asked) if not _has_any(there, each)]


def _has_any(there: set[str], asked: str) -> bool:
    words = {word.lower for word in read_words(asked)} - FUNCTION_WORDS
    return not words or not words.isdisjoint(there)
