"""`dealbot ask`: answer one question, or a file of them."""

import math
from pathlib import Path

import click

from bot.commands.options import LLM, batch_option, json_flag, load_settings, setting


@click.command("ask")
@click.argument("question", required=False)
@batch_option
@click.option("--as-of", metavar="DATE", help="Answer with what was known then: 2026-03-01.")
@click.option("--all", "everything", is_flag=True, help="Show all evidence and the figures.")
@json_flag
@setting("index", "encoders", "prompts", "max_waiting", "deadline_s", *LLM)
def command(
    question: str | None,
    batch: Path | None,
    as_of: str | None,
    everything: bool,
    as_json: bool,
    **flags: str | None,
) -> None:
    """Answer QUESTION from the articles, with the exact sentences that prove it.

    To answer a file of questions: dealbot ask --batch FILE.jsonl --json. To see how an answer was
    made, ask in dealbot repl and type :why."""
    _check_usage(question, batch, as_of, as_json)
    # Only this file asks: its questions may wait for each other without a limit.
    settings = load_settings(**flags, max_wait_s=math.inf)
    from bot.answering.models_ahead import ModelsAhead
    from bot.domain.models import check_question

    if question is not None:
        check_question(question)  # before the models load: a bad question fails at once
    if as_of:
        from bot.answering.time.moments import read_as_of

        read_as_of(as_of)
    models = ModelsAhead(settings.encoders)  # they load while the rest is imported
    from bot.commands.actions import ask as action

    if batch is not None:
        action.run_batch(settings, models, batch)
    else:
        action.run(settings, models, question or "", as_of or "", everything, as_json)


def _check_usage(
    question: str | None, batch: Path | None, as_of: str | None, as_json: bool
) -> None:
    if (question is None) == (batch is None):
        raise click.UsageError("Give either a question or --batch FILE.jsonl.")
    if batch and not as_json:
        raise click.UsageError("--batch prints JSON: add --json.")
    if batch and as_of is not None:
        raise click.UsageError('--as-of is for one QUESTION. In FILE.jsonl, give a line "as_of".')
