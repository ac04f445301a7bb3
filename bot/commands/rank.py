"""`dealbot rank`: score given sentences against a question, without an index."""

from pathlib import Path

import click

from bot.answering.ranking.given_sentences import SentenceRanker
from bot.commands.batch import BatchPrinter
from bot.commands.options import batch_option, json_flag, load_settings, setting
from bot.domain.batch_file import read_batch
from bot.domain.errors import BatchError
from bot.domain.models import RankRequest, RankResult
from index.encoder.encoder import open_current
from index.errors import ExpectedError


@click.command("rank")
@batch_option
@json_flag
@setting("encoders")
def command(batch: Path | None, as_json: bool, **flags: str | None) -> None:
    """Score the sentences of each line against its question.

    Uses the code that picks evidence, and needs no index. Give --batch FILE.jsonl and --json."""
    if batch is None or not as_json:
        raise click.UsageError("Give --batch FILE.jsonl and --json.")
    ranker = SentenceRanker(open_current(load_settings(**flags).encoders))
    printer = BatchPrinter()
    for line in read_batch(batch, RankRequest):
        if isinstance(line.request, BatchError):
            printer.failure(RankResult(id=line.id, error=line.request.user_message), line.request)
            continue
        try:
            printer.result(ranker.rank(line.request))
        except ExpectedError as error:
            printer.failure(RankResult(id=line.request.id, error=error.user_message), error)
    printer.finish()
