"""The work of `dealbot ask`."""

import asyncio
import math
from collections import deque
from contextlib import nullcontext
from pathlib import Path

import click

from bot.answering.receipt import Receipt
from bot.answering.time.moments import dated
from bot.app import open_live_index, open_service
from bot.commands.actions.batch import BatchPrinter
from bot.commands.options import load_settings
from bot.config.settings import Settings
from bot.domain.batch_file import Line, read_batch
from bot.domain.errors import BatchError
from bot.domain.models import Answer, Question, Status, check_question
from bot.serving.service import AnswerService
from bot.terminal.answers import print_answer
from bot.terminal.drafts import growing
from bot.terminal.layout import console
from bot.wording.answers import put_in_words
from bot.wording.errors import error_line
from index.errors import ExpectedError

_IN_FLIGHT = 64  # two batches of the service: one is computed while the next one fills


def run(
    question: str | None,
    batch: Path | None,
    as_of: str | None,
    everything: bool,
    as_json: bool,
    **flags: str | None,
) -> None:
    """Answer the question, or each line of the file, and print the result."""
    if (question is None) == (batch is None):
        raise click.UsageError("Give either a question or --batch FILE.jsonl.")
    if batch and not as_json:
        raise click.UsageError("--batch prints JSON: add --json.")
    if batch and as_of is not None:
        raise click.UsageError('--as-of is for one QUESTION. In FILE.jsonl, give a line "as_of".')
    # Only this file asks: its questions may wait for each other without a limit.
    settings = load_settings(**flags, max_wait_s=math.inf)
    if batch:
        asyncio.run(_ask_batch(settings, batch))
        return
    asked = dated(Question(question=question or "", as_of=as_of or ""))
    receipt = asyncio.run(_ask(settings, asked, shown=not as_json))
    if as_json:
        click.echo(put_in_words(receipt.answer).model_dump_json())
    else:
        print_answer(receipt.answer, everything=everything)


async def _ask(settings: Settings, question: Question, *, shown: bool) -> Receipt:
    check_question(question.question)  # before the model loads: a bad question fails at once
    async with open_service(settings, open_live_index(settings)) as service:
        with growing(console()) if shown else nullcontext() as on_draft:
            return await service.answer(question, on_draft=on_draft)


async def _ask_batch(settings: Settings, path: Path) -> None:
    printer = BatchPrinter()
    at_once = min(_IN_FLIGHT, settings.max_waiting)  # more would be refused
    live = open_live_index(settings)
    async with open_service(settings, live) as service:
        in_flight: deque[tuple[Line[Question], asyncio.Task[Answer | ExpectedError]]] = deque()
        for line in read_batch(path, Question):
            in_flight.append((line, asyncio.create_task(_answer_line(service, line))))
            if len(in_flight) == at_once:
                await _print_next(printer, in_flight, live.current.generation.id)
        while in_flight:
            await _print_next(printer, in_flight, live.current.generation.id)
    printer.finish()


async def _answer_line(service: AnswerService, line: Line[Question]) -> Answer | ExpectedError:
    """Answer one line; return an ExpectedError instead of raising it.

    The event loop would report an error in a task that an interrupt has abandoned."""
    if isinstance(line.request, BatchError):
        return line.request
    try:
        return (await service.answer(line.request)).answer
    except ExpectedError as error:
        return error


async def _print_next(
    printer: BatchPrinter,
    in_flight: deque[tuple[Line[Question], asyncio.Task[Answer | ExpectedError]]],
    generation: str,
) -> None:
    line, task = in_flight.popleft()
    outcome = await task
    if isinstance(outcome, ExpectedError):
        printer.failure(_unanswered(line, generation, outcome), outcome, line.place)
    else:
        printer.result(put_in_words(outcome))


def _unanswered(line: Line[Question], generation: str, error: ExpectedError) -> Answer:
    question = line.request if isinstance(line.request, Question) else Question(question="")
    words = error_line(error)
    return Answer(
        id=line.id,
        question=question.question,
        status=Status.ERROR,
        text=words,
        confidence=0.0,
        generation=generation,
        elapsed_ms=0.0,
        error=words,
    )
