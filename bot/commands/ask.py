"""`dealbot ask`: answer one question, or a file of them."""

from pathlib import Path

import click

from bot.commands.options import LLM, batch_option, json_flag, setting


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
    from bot.commands.actions import ask as action

    action.run(question, batch, as_of, everything, as_json, **flags)
