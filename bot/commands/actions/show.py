"""The work of `dealbot show`."""

import json
import logging
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from difflib import get_close_matches

import click

from bot.commands.actions.article_history import (
    history_json,
    history_lines,
    history_of,
    version_json,
)
from bot.commands.options import load_settings
from bot.wording.visible import visible
from index.errors import ExpectedError, IndexMissingError
from index.generations.reader import Archive, TextStore
from index.models import Block
from index.stores.reading_notes import ReadingNotes
from index.stores.text_store import StoredArticle

_LONGEST_LINE = 100
_log = logging.getLogger(__name__)


def run(article_id: str, blocks: bool, history: bool, as_json: bool, **flags: str | None) -> None:
    """Print the article, its parts or its history."""
    if blocks and history:
        raise click.UsageError("--blocks and --history exclude each other.")
    archive, degraded = load_settings(**flags).open_index().open_archive()
    if degraded:
        _log.warning(degraded)
    texts = archive.texts
    article = _article(texts, article_id)
    if history:
        _print_history(texts, article, as_json)
    elif blocks:
        _print_blocks(archive, article, as_json)
    elif as_json:
        click.echo(json.dumps(version_json(article) | {"text": texts.article_text(article)}))
    elif sys.stdout.isatty():
        click.echo(visible(texts.article_text(article)))
    else:
        sys.stdout.buffer.write(texts.article_text(article).encode())
        sys.stdout.buffer.flush()


def articles_from(index: str | None, beginning: str) -> Sequence[StoredArticle]:
    """Return the articles whose ids begin like this; none if the index cannot be opened, or is on a
    server, where listing all of them takes too long for a completion."""
    try:
        settings = load_settings(index=index)
        if settings.index_is_on_server:
            return ()
        archive, _ = settings.open_index().open_archive()
    except ExpectedError:
        return ()
    return [article for article in archive.texts.articles if article.id.startswith(beginning)]


def _article(texts: TextStore, article_id: str) -> StoredArticle:
    """Find the article. Raises IndexMissingError, which names ids like the unknown one."""
    article = texts.find_article(article_id)
    if article is not None:
        return article
    known = [article.id for article in texts.articles if not article.version_of]
    if near := get_close_matches(article_id, known):
        hint = f"Did you mean {' or '.join(near)}?"
    else:
        hint = f"It has, for example: {', '.join(known[:3])}"
    raise IndexMissingError(f"There is no article {article_id!r} in the index. {hint}")


def _print_history(texts: TextStore, article: StoredArticle, as_json: bool) -> None:
    entries = history_of(texts, article)
    if as_json:
        click.echo(json.dumps(history_json(entries)))
    else:
        click.echo("\n".join(map(visible, history_lines(entries))))


def _print_blocks(archive: Archive, article: StoredArticle, as_json: bool) -> None:
    text, blocks = archive.texts.article_text(article), archive.texts.blocks(article)
    notes = next(iter(archive.notes(article.id)), None)
    if not as_json:
        lines = (*_block_lines(text, blocks), *_note_lines(notes))
        click.echo("\n".join(map(visible, lines)))
        return
    parts = {
        "blocks": [asdict(block) | {"text": text[block.start : block.end]} for block in blocks],
        "left_out": [asdict(each) for each in notes.omitted] if notes else [],
        "notes": list(notes.notes) if notes else [],
    }
    click.echo(json.dumps(version_json(article) | parts))


def _block_lines(text: str, blocks: Sequence[Block]) -> Iterator[str]:
    """Yield a line for each block: its offsets, its kind, its page and how it begins."""
    for block in blocks:
        page = f" [p. {block.page}]" if block.page else ""
        content = " ".join(text[block.start : block.end].split())
        if len(content) > _LONGEST_LINE:
            content = f"{content[: _LONGEST_LINE - 1]}…"
        yield f"{block.start}-{block.end} {block.kind}{page} {content}"


def _note_lines(notes: ReadingNotes | None) -> Iterator[str]:
    if notes is None:
        return
    for omission in notes.omitted:
        yield f"left out: {omission.reason}, {omission.words} words: {omission.sample}"
    for note in notes.notes:
        yield f"note: {note}"
