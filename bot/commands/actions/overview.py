"""Shared part of `dealbot latest` and `dealbot timeline`."""

import asyncio

import click

from bot.answering.receipt import Receipt
from bot.app import open_live_index, open_service
from bot.config.settings import Settings
from bot.domain.overviews import OverviewRequest, check_overview
from bot.terminal.overviews import print_overview
from bot.wording.answers import put_in_words
from bot.wording.overviews import asked_in_words


def print_overview_of(settings: Settings, request: OverviewRequest, *, as_json: bool) -> None:
    """Make the overview and print it. Raises ExpectedError."""
    request = request.model_copy(update={"question": asked_in_words(request)})
    check_overview(request)  # before the model loads: a bad topic fails at once
    answer = put_in_words(asyncio.run(_overview(settings, request)).answer)
    if as_json:
        click.echo(answer.model_dump_json())
    else:
        print_overview(answer)


async def _overview(settings: Settings, request: OverviewRequest) -> Receipt:
    async with open_service(settings, open_live_index(settings)) as service:
        return await service.overview(request)
