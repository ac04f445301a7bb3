"""`dealbot index`: build, inspect, verify, migrate and roll back the index."""

import json
import logging
from typing import Any

import click

from bot.commands.options import json_flag, load_settings, setting
from bot.terminal.progress import progress_on_stderr
from bot.wording.visible import visible
from index.building.build import BuildOptions, BuildReport, build_index
from index.building.migration import migrate_index
from index.encoder.encoder import open_current
from index.errors import IndexDamagedError, SourceError
from index.generations.current import open_intact
from index.generations.generation import GENERATIONS, POINTER, current_folder, published, roll_back
from index.generations.integrity import find_damage, older_schema
from index.generations.manifest import Manifest, read_manifest

_log = logging.getLogger(__name__)


@click.group("index")
def command() -> None:
    """Build, inspect, verify and roll back the index of the articles."""


@command.command("build")
@click.argument("more_articles", nargs=-1, metavar="")
@setting("articles", "index", "encoders", "max_article_mb", "dense_type", "keep_generations")
@click.option("--full", is_flag=True, help="Compute all vectors again.")
@click.option("--skip-bad", is_flag=True, help="Skip articles that cannot be read.")
@json_flag
def build(
    more_articles: tuple[str, ...], full: bool, skip_bad: bool, as_json: bool, **flags: Any
) -> None:
    """Read the articles and publish a new generation of the index.

    The previous generation answers until the new one is complete, and stays if anything fails. Then
    ask a question: dealbot ask "QUESTION". To go back: dealbot index rollback."""
    # `--articles a b` and `--articles a --articles b` mean the same.
    flags["articles"] = (*flags["articles"], *more_articles)
    settings = load_settings(**flags)
    encoder = open_current(settings.encoders)
    with progress_on_stderr() as progress:
        report = build_index(
            settings.articles,
            settings.index,
            encoder,
            progress,
            BuildOptions(
                full=full,
                dense_type=settings.dense_type,
                max_article_bytes=settings.max_article_bytes,
                keep_generations=settings.keep_generations,
                on_bad=_tell_skipped if skip_bad else None,
            ),
        )
    _print_report(report, as_json)


def _tell_skipped(error: SourceError) -> None:
    click.echo(f"left out: {error.user_message}", err=True)


@command.command("migrate")
@setting("index", "encoders", "dense_type", "keep_generations")
@json_flag
def migrate(as_json: bool, **flags: Any) -> None:
    """Convert an index that an older version made to this version.

    It uses the texts in the index: the articles themselves are not needed."""
    settings = load_settings(**flags)
    with progress_on_stderr() as progress:
        report = migrate_index(
            settings.index,
            settings.encoders,
            progress,
            dense_type=settings.dense_type,
            keep_generations=settings.keep_generations,
        )
    _print_report(report, as_json)


def _print_report(report: BuildReport, as_json: bool) -> None:
    manifest = report.manifest
    if as_json:
        extra = {"reused": report.reused, "skipped": report.skipped}
        click.echo(json.dumps(_summary(manifest) | extra))
    else:
        click.echo(
            f"Generation {manifest.id}: {manifest.articles} articles, {manifest.sentences} "
            f"sentences ({report.reused} unchanged), {report.skipped} bad ones left out"
        )


@command.command("info")
@json_flag
@setting("index")
def info(as_json: bool, **flags: str | None) -> None:
    """Show the current generation, and list all generations."""
    index = load_settings(**flags).index
    manifest, degraded = open_intact(index, read_manifest)
    if degraded:
        _log.warning(degraded)
    summary = _summary(manifest) | {"generations": published(index)}
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
        "sentences": manifest.sentences,
        "passages": manifest.passages,
        "dense_type": manifest.dense.type,
        "recall_at_10": manifest.dense.recall_at_10,
        "sources": list(manifest.sources),
    }


@command.command("verify")
@json_flag
@setting("index")
def verify_index(as_json: bool, **flags: str | None) -> None:
    """Check every file of every generation against its checksum.

    Repair a damaged index with dealbot index rollback or dealbot index build --full."""
    index = load_settings(**flags).index
    names = published(index)
    damage = {name: find_damage(index / GENERATIONS / name) for name in names}
    older = {name: told for name in names if (told := older_schema(index / GENERATIONS / name))}
    current = POINTER
    try:
        current = current_folder(index).name
        damage.setdefault(current, [f"{index / GENERATIONS / current} is missing"])
    except IndexDamagedError as error:
        damage[POINTER] = [str(error)]
    if as_json:
        problems = {name: "; ".join(found) or None for name, found in damage.items()}
        click.echo(json.dumps({"current": current, "problems": problems, "older": older}))
    else:
        for name, found in damage.items():
            intact = f"intact, but cannot be used: {older[name]}" if name in older else "intact"
            for problem in found or [intact]:
                click.echo(f"{name}{' (current)' if name == current else ''}: {visible(problem)}")
    if damaged := [problem for found in damage.values() for problem in found]:
        remedy = (
            f"Repair it with: dealbot index rollback --index {index}, "
            f"or: dealbot index build --full --index {index}"
            if damage[current]
            else "That generation is not in use and can be removed; you cannot roll back to it"
        )
        more = f", and {len(damaged) - 1} more" if len(damaged) > 1 else ""
        raise IndexDamagedError(f"{damaged[0]}{more}. {remedy}")


@command.command("rollback")
@json_flag
@setting("index")
def rollback(as_json: bool, **flags: str | None) -> None:
    """Go back to the newest intact generation before the current one.

    Show which generation answers now: dealbot index info."""
    manifest = roll_back(load_settings(**flags).index)
    click.echo(
        json.dumps(_summary(manifest)) if as_json else f"Generation {manifest.id} is in use again"
    )
