"""The work of `dealbot ask`."""

import asyncio
from collections import deque
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click

from bot.answering.models_ahead import ModelsAhead
from bot.answering.receipt import Receipt
from bot.answering.time.moments import dated
from bot.app import open_live_index, open_service
from bot.commands.actions.batch import BatchPrinter
from bot.config.settings import Settings
from bot.domain.batch_file import Line, read_batch
from bot.domain.callbacks import OnDraft
from bot.domain.errors import BatchError
from bot.domain.models import Answer, Question, Status
from bot.serving.service import AnswerService
from bot.wording.answers import put_in_words
from bot.wording.errors import error_line
from index.errors import ExpectedError

_IN_FLIGHT = 64  # two batches of the service: one is computed while the next one fills


def run(
    settings: Settings,
    models: ModelsAhead,
    question: str,
    as_of: str,
    everything: bool,
    as_json: bool,
) -> None:
    """Answer the question and print the result."""
    asked = dated(Question(question=question, as_of=as_of))
    if as_json:
        receipt = asyncio.run(_ask(settings, models, asked, nullcontext()))
        click.echo(put_in_words(receipt.answer).model_dump_json())
        return
    # Imported here: JSON needs no layout.
    from bot.terminal.answers import print_answer
    from bot.terminal.drafts import growing
    from bot.terminal.layout import console

    receipt = asyncio.run(_ask(settings, models, asked, growing(console())))
    print_answer(receipt.answer, everything=everything)


def run_batch(settings: Settings, models: ModelsAhead, batch: Path) -> None:
    """Answer each line of the file and print the results."""
    asyncio.run(_ask_batch(settings, models, batch))


async def _ask(
    settings: Settings,
    models: ModelsAhead,
    question: Question,
    drafts: AbstractContextManager[OnDraft | None],
) -> Receipt:
    live = open_live_index(settings, models=models)
    async with open_service(settings, live) as service:
        with drafts as on_draft:
            return await service.answer(question, on_draft=on_draft)


async def _ask_batch(settings: Settings, models: ModelsAhead, path: Path) -> None:
    printer = BatchPrinter()
    at_once = min(_IN_FLIGHT, settings.max_waiting)  # more would be refused
    live = open_live_index(settings, models=models)
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
