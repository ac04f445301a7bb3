"""`dealbot ask`: answer one question, or a file of them."""

import asyncio
import math
from collections import deque
from contextlib import nullcontext
from pathlib import Path

import click

from bot.answering.pipeline import Receipt
from bot.app import open_live_index, open_service
from bot.commands.batch import BatchPrinter
from bot.commands.options import LLM, batch_option, json_flag, load_settings, setting
from bot.config.settings import Settings
from bot.domain.batch_file import Line, read_batch
from bot.domain.errors import BatchError
from bot.domain.models import Answer, Question, Status, check_question
from bot.serving.service import AnswerService
from bot.terminal.answers import print_answer
from bot.terminal.drafts import growing
from bot.terminal.layout import console
from index.errors import ExpectedError

_IN_FLIGHT = 64  # two batches of the service: one is computed while the next one fills


@click.command("ask")
@click.argument("question", required=False)
@batch_option
@json_flag
@setting("index", "encoders", "prompts", "max_waiting", "deadline_s", *LLM)
def command(question: str | None, batch: Path | None, as_json: bool, **flags: str | None) -> None:
    """Answer QUESTION from the articles, with the exact sentences that prove it.

    To answer a file of questions: dealbot ask --batch FILE.jsonl --json. To see how an answer was
    made, ask in dealbot repl and type :why."""
    if (question is None) == (batch is None):
        raise click.UsageError("Give either a question or --batch FILE.jsonl.")
    if batch and not as_json:
        raise click.UsageError("--batch prints JSON: add --json.")
    # Only this file asks: its questions may wait for each other without a limit.
    settings = load_settings(**flags, max_wait_s=math.inf)
    if batch:
        asyncio.run(_ask_batch(settings, batch))
        return
    receipt = asyncio.run(_ask(settings, Question(question=question or ""), shown=not as_json))
    if as_json:
        click.echo(receipt.answer.model_dump_json())
    else:
        print_answer(receipt.answer)


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
        printer.failure(_unanswered(line, generation, outcome), outcome)
    else:
        printer.result(outcome)


def _unanswered(line: Line[Question], generation: str, error: ExpectedError) -> Answer:
    question = line.request if isinstance(line.request, Question) else Question(question="")
    return Answer(
        id=line.id,
        question=question.question,
        status=Status.ABSTAINED,
        text=error.user_message,
        confidence=0.0,
        generation=generation,
        elapsed_ms=0.0,
        error=error.user_message,
    )
