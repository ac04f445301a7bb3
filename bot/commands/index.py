"""`dealbot index`: build, copy, inspect, verify, migrate and roll back the index."""

from typing import Any

import click

from bot.commands.options import json_flag, setting


@click.group("index")
def command() -> None:
    """Build, copy, inspect, verify, migrate and roll back the index of the articles."""


@command.command("build")
@click.argument("more_articles", nargs=-1, metavar="")
@setting("articles", "sources", "index", "encoders")
@setting("max_article_mb", "dense_type", "keep_generations")
@click.option("--full", is_flag=True, help="Compute all vectors again.")
@click.option("--skip-bad", is_flag=True, help="Skip articles that cannot be read.")
@click.option("--ray", metavar="HOST:PORT", help="Encode on the Ray cluster at this address.")
@json_flag
def build(
    more_articles: tuple[str, ...],
    full: bool,
    skip_bad: bool,
    ray: str | None,
    as_json: bool,
    **flags: Any,
) -> None:
    """Read the articles and publish a new generation of the index.

    The previous generation answers until the new one is complete, and stays if anything fails. Then
    ask a question: dealbot ask "QUESTION". To go back: dealbot index rollback."""
    from bot.commands.actions import index as action

    action.build(more_articles, full, skip_bad, ray, as_json, **flags)


@command.command("migrate")
@setting("index", "encoders", "dense_type", "keep_generations")
@json_flag
def migrate(as_json: bool, **flags: Any) -> None:
    """Convert an index that an older version made to this version.

    It uses the texts in the index: the articles themselves are not needed. In a database, it
    changes the tables."""
    from bot.commands.actions import index as action

    action.migrate(as_json, **flags)


@command.command("copy")
@click.argument("to", metavar="TO")
@setting("index", "encoders", "dense_type", "keep_generations")
@json_flag
def copy(to: str, as_json: bool, **flags: Any) -> None:
    """Copy the current generation to TO, the folder or URL of another index.

    It becomes the current generation there. Vectors are copied, not computed again, unless they are
    compressed or version 0.7 made them."""
    from bot.commands.actions import index as action

    action.copy(to, as_json, **flags)


@command.command("info")
@json_flag
@setting("index")
def info(as_json: bool, **flags: str | None) -> None:
    """Show the current generation, and list all generations."""
    from bot.commands.actions import index as action

    action.info(as_json, **flags)


@command.command("verify")
@json_flag
@setting("index")
def verify_index(as_json: bool, **flags: str | None) -> None:
    """Check every file, or every row in a database, of every generation against its checksum.

    Intact generations then open without reading all of their files again.
    Repair a damaged index with dealbot index rollback or dealbot index build --full."""
    from bot.commands.actions import index as action

    action.verify_index(as_json, **flags)


@command.command("rollback")
@json_flag
@setting("index")
def rollback(as_json: bool, **flags: str | None) -> None:
    """Go back to the newest intact generation before the current one.

    Show which generation answers now: dealbot index info."""
    from bot.commands.actions import index as action

    action.rollback(as_json, **flags)
