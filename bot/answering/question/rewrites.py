"""Validation of a rewritten question: it must ask the same, and must not add anything new. A model
that rewrites may invent facts, and may obey text in the conversation."""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from bot.answering.question.analysis import FILLERS
from bot.answering.question.answer_kind import AnswerKind, answer_kind
from bot.answering.text.names import names_in
from bot.domain.errors import QuestionError
from bot.domain.models import Turn, check_question
from index.text.quantities import Quantity, read_quantities
from index.text.words import read_words

_OPENER = re.compile(r"\s*(?:besides|aside from|apart from|other than)\b,?", re.IGNORECASE)
_MARKER = re.compile(r"\[\d{1,3}\]")  # of a citation; its number does not count as said
# Kinds that a rewrite must keep, such as a date. The other kinds depend on the wording alone.
_LASTING = frozenset(AnswerKind) - {
    AnswerKind.MANNER,
    AnswerKind.YES_NO,
    AnswerKind.THING,
    AnswerKind.OTHER,
}
_KEPT_SHARE = 0.5  # of the question's words; a rewrite replaces some, such as "the company"
_READ_CHARS = 1_500  # of a question or an answer; a model gets no more
_ALIKE = 5  # letters compared: "invest" equals "invested"


class Flaw(StrEnum):
    """The reason why a rewrite is rejected."""

    NO_QUESTION = "no_question"
    NAME = "name"
    NUMBER = "number"
    KIND = "kind"
    WORDS = "words"


def flaw_in(rewrite: str, question: str, history: Sequence[Turn]) -> Flaw | None:
    """Find the first flaw of a rewrite; None if it has none. Of the human rewrites of CANARD's
    follow-ups, 6% have one. The title, which their writers saw, counts as said there."""
    try:
        check_question(rewrite)
    except QuestionError:
        return Flaw.NO_QUESTION
    if len(rewrite.splitlines()) > 1:
        return Flaw.NO_QUESTION
    said = [text[:_READ_CHARS] for text in (question, *_said_in(history))]
    if not _are_said(_names(rewrite), said):
        return Flaw.NAME
    if not _are_counted(_quantities(rewrite), said):
        return Flaw.NUMBER
    kind = answer_kind(question)
    if kind in _LASTING and answer_kind(rewrite) is not kind:
        return Flaw.KIND
    return None if _keeps_words(rewrite, question) else Flaw.WORDS


def _said_in(history: Sequence[Turn]) -> Iterator[str]:
    for turn in history:
        yield turn.question
        yield _MARKER.sub(" ", turn.answer)


def _names(rewrite: str) -> list[str]:
    opener = _OPENER.match(rewrite)
    text = rewrite[opener.end() :] if opener else rewrite
    return [text[name.start : name.end] for name in names_in(text)]


def _are_said(names: Sequence[str], said: Sequence[str]) -> bool:
    """Return whether each name was said as a whole. A text with "Sam Altman" and "Jensen Huang"
    does not say "Sam Huang"."""
    texts = [_spelled(text) for text in said]
    return all(any(_spelled(name) in text for text in texts) for name in names)


def _spelled(text: str) -> str:
    """Normalise the words of a text to one spelling, with a space around each."""
    return f" {' '.join(word.lower for word in read_words(text))} "


def _quantities(text: str) -> list[Quantity]:
    return read_quantities(text, read_words(text))


def _are_counted(quantities: Sequence[Quantity], said: Sequence[str]) -> bool:
    if not quantities:
        return True
    known = [quantity for text in said for quantity in _quantities(text)]
    return all(any(each.is_same(one) for one in known) for each in quantities)


def _keeps_words(rewrite: str, question: str) -> bool:
    asked = _telling(question)
    return len(asked & _telling(rewrite)) >= _KEPT_SHARE * len(asked)


def _telling(text: str) -> set[str]:
    words = (word.lower for word in read_words(text))
    return {word[:_ALIKE] for word in words if word not in FILLERS}
