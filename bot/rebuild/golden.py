"""Golden questions, which a new generation must answer before it takes over."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten

from bot.answering.pipeline import QuestionAnswerer
from bot.domain.batch_file import read_batch
from bot.domain.errors import BatchError, QuestionError
from bot.domain.models import Answer, Question, Status, check_question
from bot.wording.errors import error_line
from index.errors import BuildError
from index.generations.live import LiveGeneration
from index.progress import Progress

_NAMED = 3  # questions that a refusal names
_LONGEST_NAME = 100


class GateError(BuildError):
    """The new generation fails golden questions; the previous one is untouched."""


class GoldenQuestion(Question):
    """Question with a phrase, `expect`, that a sentence of its evidence must contain."""

    expect: str = ""


@dataclass(frozen=True, slots=True)
class GoldenReport:
    """Number of golden questions, all answered; false if it is zero."""

    asked: int = 0

    def __bool__(self) -> bool:
        return self.asked > 0

    def __str__(self) -> str:
        return f"Golden questions answered: {self.asked} of {self.asked}"


def read_golden(path: Path) -> tuple[GoldenQuestion, ...]:
    """Read the questions of the file. Raises BatchError if it has none, or one cannot be asked."""
    questions = tuple(_read(path))
    if not questions:
        raise BatchError(f"{path} has no golden question: write one per line, or unset it")
    return questions


def _read(path: Path) -> Iterator[GoldenQuestion]:
    for number, line in enumerate(read_batch(path, GoldenQuestion), start=1):
        if isinstance(line.request, BatchError):
            raise line.request
        try:
            check_question(line.request.question)
        except QuestionError as error:
            raise BatchError(f"{path}, question {number}: {error_line(error)}") from error
        yield line.request


def check_golden(
    live: LiveGeneration, questions: Sequence[GoldenQuestion], progress: Progress
) -> GoldenReport:
    """Ask this generation all questions. Raises GateError, which names a few that it fails."""
    if not questions:
        return GoldenReport()
    progress.start("Asking golden questions", len(questions))
    failures = []
    for failure in failed(live, questions):
        if failure:
            failures.append(failure)
        progress.advance(1)
    if failures:
        raise GateError(
            f"The new index fails {len(failures)} of {len(questions)} golden questions, so the "
            f"previous one stays in use: {a_few_of(failures)}"
        )
    return GoldenReport(len(questions))


def failed(live: LiveGeneration, questions: Iterable[GoldenQuestion]) -> Iterator[str]:
    """Ask the questions, and yield for each what is wrong with its answer; empty if it is right."""
    answerer = QuestionAnswerer()
    for question in questions:
        [encoded] = answerer.encode(live, [question])
        failure = _failure(question, answerer.answer(live, encoded).answer)
        yield f"“{_short(question.question)}” ({failure})" if failure else ""


def _failure(question: GoldenQuestion, answer: Answer) -> str:
    """Return what is wrong with the answer; empty if it is right."""
    if answer.status is not Status.ANSWERED:
        return "no answer"
    expected = _plain(question.expect)
    if not any(expected in _plain(citation.quote) for citation in answer.evidence):
        return f"its evidence lacks “{_short(question.expect)}”"
    return ""


def a_few_of(failures: Sequence[str]) -> str:
    """Join the first failures, and say how many more there are."""
    more = f"; and {len(failures) - _NAMED} more" if len(failures) > _NAMED else ""
    return "; ".join(failures[:_NAMED]) + more


def _plain(text: str) -> str:
    """Fold white space and case, which do not matter in an expected phrase."""
    return " ".join(text.split()).casefold()


def _short(text: str) -> str:
    return shorten(text, _LONGEST_NAME, placeholder=" …")
