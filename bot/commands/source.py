"""`dealbot source`: feeds, pages and folders that are read again by themselves."""

from typing import Any

import click

from bot.commands.options import json_flag, setting

_every = click.option("--every", metavar="15m", help="Interval of this source, such as 15m or 1h.")
_name = click.option("--name", default="", help="Name of the source; its id is made of it.")


@click.group("source")
def command() -> None:
    """Sources that update themselves: feeds, sitemaps, pages, files and folders.

    A source is read again by dealbot source update, or by dealbot run with the setting
    update_every."""


@command.command("add")
@click.argument("address", metavar="URL|FILE|FOLDER")
@_every
@_name
@setting("sources", "articles", "max_article_mb", "sources_allow_private")
def add(address: str, every: str | None, name: str, **flags: Any) -> None:
    """Add a source, after reading it once.

    Then read its articles into the index: dealbot source update."""
    from bot.commands.actions import source as action

    action.add(address, every, name, **flags)


@command.command("list")
@json_flag
@setting("sources")
def list_(as_json: bool, **flags: Any) -> None:
    """List the sources, when they were last read, and what failed."""
    from bot.commands.actions import source as action

    action.list_(as_json, **flags)


@command.command("remove")
@click.argument("source_id", metavar="ID")
@setting("sources")
def remove(source_id: str, **flags: Any) -> None:
    """Remove a source and its archived articles.

    They leave the index with the next update or build."""
    from bot.commands.actions import source as action

    action.remove(source_id, **flags)


@command.command("check")
@click.argument("source_id", metavar="[ID]", required=False)
@json_flag
@setting("sources", "max_article_mb", "sources_allow_private")
def check(source_id: str | None, as_json: bool, **flags: Any) -> None:
    """Read a source, or all, as an update would, and change nothing."""
    from bot.commands.actions import source as action

    action.check(source_id, as_json, **flags)


@command.command("update")
@click.argument("source_id", metavar="[ID]", required=False)
@json_flag
@setting("sources", "articles", "index", "encoders", "golden", "update_every")
@setting("max_article_mb", "dense_type", "keep_generations", "sources_allow_private")
def update(source_id: str | None, as_json: bool, **flags: Any) -> None:
    """Read the sources that are due, or the source ID, and build the index if an article changed.

    Run it with cron, for example. A source that fails keeps its articles; the exit code is 1 only
    if nothing could be read or the index could not be built."""
    from bot.commands.actions import source as action

    action.update(source_id, as_json, **flags)
