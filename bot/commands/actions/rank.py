"""The work of `dealbot rank`."""

from pathlib import Path

import click

from bot.answering.ranking.given_sentences import SentenceRanker
from bot.commands.actions.batch import BatchPrinter
from bot.commands.options import load_settings
from bot.domain.batch_file import read_batch
from bot.domain.errors import BatchError
from bot.domain.models import RankRequest, RankResult
from bot.wording.errors import error_line
from index.encoder.encoder import open_current
from index.errors import ExpectedError


def run(batch: Path | None, as_json: bool, **flags: str | None) -> None:
    """Rank the sentences of each line of the file and print the scores."""
    if batch is None or not as_json:
        raise click.UsageError("Give --batch FILE.jsonl and --json.")
    ranker = SentenceRanker(open_current(load_settings(**flags).encoders))
    printer = BatchPrinter()
    for line in read_batch(batch, RankRequest):
        if isinstance(line.request, BatchError):
            bad = RankResult(id=line.id, error=line.request.user_message)
            printer.failure(bad, line.request, line.place)
            continue
        try:
            printer.result(ranker.rank(line.request))
        except ExpectedError as error:
            failed = RankResult(id=line.request.id, error=error_line(error))
            printer.failure(failed, error, line.place)
    printer.finish()
