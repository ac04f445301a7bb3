"""Training examples of the judge: a text, a window of sentences, and a label for each sentence."""

from dataclasses import dataclass
from typing import NamedTuple

from bot.answering.judge.inputs import Task

RIGHT, WRONG, UNKNOWN = 1, 0, -1


class SpanInSentence(NamedTuple):
    """Part of one sentence of a window, in code points of that sentence."""

    sentence: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Example:
    """Question or claim with a window of sentences. `labels` says of each sentence whether it
    answers the question or supports the claim, `contradicts` whether it contradicts the claim
    (empty for questions)."""

    source: str
    task: Task
    text: str
    title: str
    sentences: tuple[str, ...]
    labels: tuple[int, ...]
    contradicts: tuple[int, ...] = ()
    span: SpanInSentence | None = None


class Paragraph(NamedTuple):
    """Consecutive sentences of one text."""

    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Question on one paragraph. `gold` are the numbers of the sentences that answer it, `near` of
    those that tempt to a wrong answer."""

    source: str
    question: str
    paragraph: Paragraph
    gold: tuple[int, ...]
    span: SpanInSentence | None
    near: tuple[int, ...] = ()


def window_example(
    asked: Asked, source: str, question: str, start: int, end: int, *, right: bool = True
) -> Example:
    """Label the sentences `start` to `end` (exclusive) of the paragraph. With `right` False none is
    right, because the question was made unanswerable."""
    gold = frozenset(asked.gold) if right else frozenset()
    span = asked.span
    if span is not None:
        inside = right and start <= span.sentence < end
        span = SpanInSentence(span.sentence - start, span.start, span.end) if inside else None
    return Example(
        source,
        Task.QUESTION,
        question,
        asked.paragraph.title,
        asked.paragraph.sentences[start:end],
        tuple(RIGHT if i in gold else WRONG for i in range(start, end)),
        span=span,
    )
