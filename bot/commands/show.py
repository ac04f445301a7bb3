"""`dealbot show`: print an article's stored text, which citation offsets index."""

import click
from click.shell_completion import CompletionItem

from bot.commands.options import json_flag, setting


def _complete_article(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete an article id, showing titles."""
    from bot.commands.actions import show as action

    found = action.articles_from(context.params.get("index"), incomplete)
    return [CompletionItem(article.id, help=article.title) for article in found]


@click.command("show")
@click.argument("article_id", shell_complete=_complete_article)
@click.option(
    "--blocks",
    is_flag=True,
    help="List its parts with their kinds instead, and what was left out of it.",
)
@click.option(
    "--history",
    is_flag=True,
    help="List its versions instead, each with the sentences that changed.",
)
@json_flag
@setting("index")
def command(
    article_id: str, blocks: bool, history: bool, as_json: bool, **flags: str | None
) -> None:
    """Print the stored text of ARTICLE_ID; citation offsets index it.

    An earlier version has the id ARTICLE_ID@VERSION. Piped output is exact; a terminal shows
    control characters as U+FFFD. With --json the title, source and date come along."""
    from bot.commands.actions import show as action

    action.run(article_id, blocks, history, as_json, **flags)
