"""The work of `dealbot index`."""

import json
import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bot.commands.options import load_settings
from bot.config.settings import Settings
from bot.sources.paths import article_paths, tolerant_of_archives
from bot.terminal.progress import progress_on_stderr
from bot.wording.reading import reading_line, source_lines
from bot.wording.visible import visible
from index.articles.sources import SourceReport
from index.building.build import BuildOptions, BuildReport
from index.building.embedding import Embedder
from index.copying import copy_index
from index.encoder.encoder import Encoder, open_current
from index.errors import IndexDamagedError, SourceError
from index.generations.manifest import Manifest
from index.stores.reading_notes import ReadingNotes

_log = logging.getLogger(__name__)
_MOST_LINES = 10  # of articles with something left out


def build(
    more_articles: tuple[str, ...],
    full: bool,
    skip_bad: bool,
    ray: str | None,
    as_json: bool,
    **flags: Any,
) -> None:
    """Build a generation and print a report."""
    # `--articles a b` and `--articles a --articles b` mean the same.
    flags["articles"] = (*flags["articles"], *more_articles)
    settings = load_settings(**flags)
    index, encoder = settings.open_index(), open_current(settings.encoders)
    bad: list[str] = []

    def leave_out(error: SourceError) -> None:
        bad.append(error.user_message)
        click.echo(f"left out: {visible(error.user_message)}", err=True)

    with (
        _embedder(ray, encoder, settings.encoders) as embedder,
        progress_on_stderr() as progress,
        _hint_at_skipping(skip_bad),
    ):
        report = index.build(
            article_paths(settings),
            encoder,
            progress,
            BuildOptions(
                full=full,
                dense_type=settings.dense_type,
                max_article_bytes=settings.max_article_bytes,
                keep_generations=settings.keep_generations,
                on_bad=tolerant_of_archives(settings, leave_out if skip_bad else None),
                embedder=embedder,
            ),
        )
    notes = index.notes(report.manifest.id)
    _tell_found(report.sources, notes)
    _print_report(report, as_json, bad=bad, reading=[asdict(each) for each in notes])


@contextmanager
def _embedder(ray: str | None, encoder: Encoder, encoders: Path) -> Iterator[Embedder | None]:
    """Yield the embedder on the Ray cluster at this address; None without an address."""
    if ray is None:
        yield None
        return
    from index.building.ray_embedding import ray_embedder

    def tell(reason: str) -> None:
        click.echo(visible(reason), err=True)

    # Ray prints a lost worker or node on standard output, which belongs to the report.
    with redirect_stdout(sys.stderr), ray_embedder(ray, encoder, encoders, tell) as embedder:
        yield embedder


@contextmanager
def _hint_at_skipping(skipping: bool) -> Iterator[None]:
    """Say with the error of a bad article how to build without it."""
    try:
        yield
    except SourceError as error:
        if skipping:
            raise
        raise SourceError(f"{error.user_message} Or leave it out with --skip-bad.") from error


def _tell_found(sources: SourceReport, notes: Iterable[ReadingNotes]) -> None:
    """Print on standard error what is not in the index, and why."""
    for line in source_lines(sources):
        click.echo(visible(line), err=True)
    lines = [line for each in notes if (line := reading_line(each))]
    if lines:
        click.echo("Left out or assumed while reading:", err=True)
    for line in lines[:_MOST_LINES]:
        click.echo(f"  {visible(line)}", err=True)
    if len(lines) > _MOST_LINES:
        click.echo(f"  and {len(lines) - _MOST_LINES} more; see dealbot doctor", err=True)


def migrate(as_json: bool, **flags: Any) -> None:
    """Migrate the index and print a report."""
    settings = load_settings(**flags)
    with progress_on_stderr() as progress:
        report = settings.open_index().migrate(settings.encoders, progress, _options(settings))
    _print_report(report, as_json)


def copy(to: str, as_json: bool, **flags: Any) -> None:
    """Copy the index to another place and print a report."""
    settings, other = load_settings(**flags), load_settings(**{**flags, "index": to})
    with progress_on_stderr() as progress:
        report = copy_index(
            settings.open_index(),
            other.open_index(),
            settings.encoders,
            progress,
            _options(settings),
        )
    _print_report(report, as_json)


def _options(settings: Settings) -> BuildOptions:
    return BuildOptions(dense_type=settings.dense_type, keep_generations=settings.keep_generations)


def _print_report(report: BuildReport, as_json: bool, **more: object) -> None:
    manifest = report.manifest
    if as_json:
        extra = {"reused": report.reused, "skipped": report.skipped, **more}
        click.echo(json.dumps(_summary(manifest) | _found(report.sources) | extra))
    else:
        click.echo(
            f"Generation {manifest.id}: {manifest.articles} articles, {manifest.sentences} "
            f"sentences ({report.reused} unchanged), {report.skipped} bad ones left out"
        )


def _found(sources: SourceReport) -> dict[str, Any]:
    """Return what was found beside the articles: counts, and the first thousand names."""
    return {
        "unread": {"count": sources.unread.count, "files": sources.unread.first},
        "without_article": [
            {"reason": reason, "count": names.count, "places": names.first}
            for reason, names in sources.skipped.items()
        ],
        "updated": {"count": sources.updated.count, "ids": sources.updated.first},
        "withdrawn": {"count": sources.withdrawn.count, "ids": sources.withdrawn.first},
        "repeated": sources.repeated,
        "shorter": sources.shorter,
        "superseded": sources.superseded,
    }


def info(as_json: bool, **flags: str | None) -> None:
    """Print the manifest of the current generation."""
    index = load_settings(**flags).open_index()
    manifest, degraded = index.manifest()
    if degraded:
        _log.warning(degraded)
    summary = _summary(manifest) | {"generations": index.published()}
    if as_json:
        click.echo(json.dumps(summary))
        return
    for key, value in summary.items():
        shown = ", ".join(value) if isinstance(value, list) else str(value)
        click.echo(f"{key + ':':<12} {visible(shown)}")


def _summary(manifest: Manifest) -> dict[str, Any]:
    return {
        "generation": manifest.id,
        "created": manifest.created,
        "encoder": manifest.encoder_id,
        "dimension": manifest.dimension,
        "articles": manifest.articles,
        "versions": manifest.versions,
        "sentences": manifest.sentences,
        "passages": manifest.passages,
        "dense_type": manifest.dense.type,
        "recall_at_10": manifest.dense.recall_at_10,
        "sources": list(manifest.sources),
    }


def verify_index(as_json: bool, **flags: str | None) -> None:
    """Print the damage of each generation. Raises IndexDamagedError if there is any."""
    found = load_settings(**flags).open_index().verification()
    current, damage, older = found.current, found.damage, found.older
    if as_json:
        told = {name: "; ".join(problems) or None for name, problems in damage.items()}
        shown = {"current": current, "problems": told, "older": dict(older)}
        click.echo(json.dumps(shown))
    else:
        for name, problems in damage.items():
            intact = f"intact, but cannot be used: {older[name]}" if name in older else "intact"
            for problem in problems or [intact]:
                click.echo(f"{name}{' (current)' if name == current else ''}: {visible(problem)}")
    if damaged := [problem for problems in damage.values() for problem in problems]:
        remedy = (
            found.remedy
            if damage[current]
            else "That generation is not in use and can be removed; you cannot roll back to it"
        )
        more = f", and {len(damaged) - 1} more" if len(damaged) > 1 else ""
        raise IndexDamagedError(f"{damaged[0]}{more}. {remedy}")


def rollback(as_json: bool, **flags: str | None) -> None:
    """Roll the index back and print the generation that answers now."""
    manifest = load_settings(**flags).open_index().roll_back()
    click.echo(
        json.dumps(_summary(manifest)) if as_json else f"Generation {manifest.id} is in use again"
    )
