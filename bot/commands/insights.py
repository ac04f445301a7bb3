"""`dealbot insights`: what people ask the bot, and what gets no answer."""

import click

from bot.commands.options import json_flag, setting

_DAYS = "Only the questions of the last days."


@click.command("insights")
@click.option("--days", type=click.IntRange(1, 365), default=30, show_default=True, help=_DAYS)
@click.option("--server", type=click.IntRange(min=1), help="Only the server with this Discord id.")
@click.option("--csv", "csv_file", metavar="FILE|-", help="Write a table for a spreadsheet.")
@json_flag
@setting("store", "database_url", "index", "encoders", "insights_people", "prompts")
def command(
    days: int, server: int | None, csv_file: str | None, as_json: bool, **flags: str | None
) -> None:
    """Show what people ask, what gets no answer, and which articles no answer cites.

    Reads the store of the bot, which may keep running. The words of questions are kept only with
    keep_questions; nothing shows who asked."""
    from bot.commands.actions import insights as action

    action.run(days, server, csv_file, as_json, **flags)
