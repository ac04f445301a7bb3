"""`dealbot show`: print an article's stored text, which citation offsets index."""

import logging
import sys
from difflib import get_close_matches
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from bot.commands.options import load_settings, setting
from bot.wording.visible import visible
from index.errors import ExpectedError, IndexMissingError
from index.files.folder_locks import FolderLock
from index.generations.current import open_intact
from index.generations.integrity import verify
from index.stores.text_store import TextStore

_log = logging.getLogger(__name__)


def _held_texts(folder: Path) -> tuple[TextStore, FolderLock]:
    """Open the texts and lock their folder, so that no build removes it."""
    lock = FolderLock(folder)
    verify(folder)
    return TextStore(folder), lock


def _complete_article(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete an article id, showing titles; offer nothing if the index cannot be opened."""
    try:
        (texts, _lock), _ = open_intact(
            load_settings(index=context.params.get("index")).index, _held_texts
        )
    except ExpectedError:
        return []
    articles = texts.articles
    return [CompletionItem(a.id, help=a.title) for a in articles if a.id.startswith(incomplete)]


@click.command("show")
@click.argument("article_id", shell_complete=_complete_article)
@setting("index")
def command(article_id: str, **flags: str | None) -> None:
    """Print the stored text of ARTICLE_ID; citation offsets index it.

    Piped output is exact; a terminal shows control characters as U+FFFD."""
    (texts, _lock), degraded = open_intact(load_settings(**flags).index, _held_texts)
    if degraded:
        _log.warning(degraded)
    article = texts.find_article(article_id)
    if article is None:
        known = [article.id for article in texts.articles]
        near = get_close_matches(article_id, known, n=3, cutoff=0.3) or known[:3]
        raise IndexMissingError(
            f"There is no article {article_id!r} in the index. It has, for example: "
            f"{', '.join(near)}"
        )
    text = texts.article_text(article)
    if sys.stdout.isatty():
        click.echo(visible(text))
    else:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
