"""The work of `dealbot search`."""

from pathlib import Path

import click

from bot.app import open_live_index
from bot.commands.actions.batch import BatchPrinter
from bot.commands.options import load_settings
from bot.domain.batch_file import read_batch
from bot.domain.errors import BatchError
from bot.domain.models import Found, FoundText, Question, check_question
from bot.terminal.search_results import print_found
from bot.wording.errors import error_line
from index.errors import ExpectedError
from index.generations.live import LiveGeneration
from index.retrieval import Searcher
from index.stores.text_store import StoredPassage, StoredSentence


def run(
    question: str | None, batch: Path | None, k: int, as_json: bool, **flags: str | None
) -> None:
    """Search for the question, or for each line of the file, and print the hits."""
    if (question is None) == (batch is None):
        raise click.UsageError("Give either a question or --batch FILE.jsonl.")
    if batch and not as_json:
        raise click.UsageError("--batch prints JSON: add --json.")
    settings = load_settings(**flags)
    if question is not None:
        check_question(question)
    live = open_live_index(settings).current
    if batch:
        _search_batch(live, batch, k)
        return
    found = _search(live, Searcher(), Question(question=question or ""), k)
    if as_json:
        click.echo(found.model_dump_json())
    else:
        print_found(found)


def _search_batch(live: LiveGeneration, path: Path, k: int) -> None:
    printer, searcher = BatchPrinter(), Searcher()
    for line in read_batch(path, Question):
        if isinstance(line.request, BatchError):
            failed = Found(id=line.id, question="", error=line.request.user_message)
            printer.failure(failed, line.request, line.place)
            continue
        try:
            printer.result(_search(live, searcher, line.request, k))
        except ExpectedError as error:
            request = line.request
            failed = Found(id=request.id, question=request.question, error=error_line(error))
            printer.failure(failed, error, line.place)
    printer.finish()


def _search(live: LiveGeneration, searcher: Searcher, question: Question, k: int) -> Found:
    check_question(question.question)
    vector = live.encoder.encode_queries([question.question])[0]
    hits = searcher.search(live.generation, question.question, vector, k)
    return Found(
        id=question.id,
        question=question.question,
        passages=tuple(_found(hit.passage, hit.score) for hit in hits.passages),
        sentences=tuple(_found(hit.sentence, hit.score) for hit in hits.sentences),
    )


def _found(text: StoredPassage | StoredSentence, score: float) -> FoundText:
    return FoundText(
        article_id=text.article.id,
        start=text.start,
        end=text.end,
        text=text.text,
        score=round(score, 4),
    )
