"""The work of `dealbot eval`."""

import asyncio
import json
from pathlib import Path

import click

from bot.app import open_live_index, open_service
from bot.commands.options import load_settings
from bot.config.settings import Settings
from bot.domain.batch_file import read_batch
from bot.domain.errors import BatchError
from bot.evaluation.questions import EvalQuestion, of_part
from bot.evaluation.runs import ask_all
from bot.evaluation.summary import OVERALL, Summary, summarise, summary_table
from bot.evaluation.verdicts import Judged
from bot.wording.errors import error_line
from index.errors import ExpectedError
from index.generations.live import LiveGeneration


def run(file: Path, split: str, as_json: bool, **flags: str | None) -> None:
    """Ask the questions of the file and print the measures."""
    failures = _Failures()
    questions = []
    for line in read_batch(file, EvalQuestion):
        if isinstance(line.request, BatchError):
            failures.tell(line.request)
        else:
            questions.append(line.request)
    asked = of_part(questions, split)
    if not asked and not failures.count:
        raise BatchError(f"{file} has no question of the split {split}")
    live, judged = asyncio.run(_ask(load_settings(**flags), asked, failures))
    _print(file, split, live, summarise(judged), as_json)
    failures.finish()


class _Failures:
    """Counter of lines and questions that fail; each error goes to standard error."""

    def __init__(self) -> None:
        self.count = 0

    def tell(self, error: ExpectedError) -> None:
        self.count += 1
        click.echo(f"dealbot: {error_line(error)}", err=True)

    def finish(self) -> None:
        """Raise BatchError if there was a failure."""
        if self.count:
            raise BatchError(f"Questions that could not be evaluated: {self.count}")


async def _ask(
    settings: Settings, questions: list[EvalQuestion], failures: _Failures
) -> tuple[LiveGeneration, list[Judged]]:
    index = open_live_index(settings)
    async with open_service(settings, index) as service:
        live = index.current
        return live, await ask_all(service, live, questions, failures.tell)


def _print(
    file: Path, split: str, live: LiveGeneration, rows: list[Summary], as_json: bool
) -> None:
    if not as_json:
        click.echo(summary_table(rows))
        return
    *kinds, overall = (row.model_dump() for row in rows)
    result = {
        "file": str(file),
        "split": split,
        "generation": live.generation.id,
        "encoder": live.encoder.id,
        "kinds": kinds,
        OVERALL: overall,
    }
    click.echo(json.dumps(result))
