"""The work of `dealbot insights`."""

import asyncio
import sys
from pathlib import Path

import click

from bot.commands.options import load_settings
from bot.config.settings import Settings
from bot.domain.insights import Insights
from bot.insights.service import InsightsService
from bot.insights.table import write_csv
from bot.store import Store
from bot.terminal.insights import print_insights
from index.errors import ExpectedError
from index.generations.live import LiveIndex


def run(
    days: int, server: int | None, csv_file: str | None, as_json: bool, **flags: str | None
) -> None:
    """Print the insights, or write them as CSV."""
    if csv_file and as_json:
        raise click.UsageError("--csv and --json exclude each other.")
    insights = asyncio.run(_insights(load_settings(**flags), days, server))
    if csv_file == "-":
        write_csv(insights, sys.stdout)
    elif csv_file:
        _write(insights, Path(csv_file))
    elif as_json:
        click.echo(insights.model_dump_json())
    else:
        print_insights(insights)


async def _insights(settings: Settings, days: int, server: int | None) -> Insights:
    async with Store.open(settings.store_place, exclusive=False, create=False) as store:
        live = LiveIndex(settings.open_index(), settings.encoders)
        service = InsightsService(store, live, people=settings.insights_people)
        return await service.insights(days, server=server)


def _write(insights: Insights, path: Path) -> None:
    """Write the CSV, readable by its owner only, because it has the words of questions. Raises
    ExpectedError if the file cannot be written."""
    try:
        path.touch(mode=0o600)
        with path.open("w", encoding="utf-8", newline="") as file:
            write_csv(insights, file)
    except OSError as error:
        raise ExpectedError(f"{path} cannot be written: {error.strerror}") from error
