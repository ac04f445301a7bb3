"""The work of `dealbot latest`."""

from bot.answering.overview.requests import overview_request
from bot.commands.actions.overview import print_overview_of
from bot.commands.options import load_settings
from bot.domain.models import OverviewKind


def run(since: str | None, as_of: str | None, as_json: bool, **flags: str | None) -> None:
    """Print what is new."""
    settings = load_settings(**flags)
    request = overview_request(OverviewKind.LATEST, since=since or "", as_of=as_of or "")
    print_overview_of(settings, request, as_json=as_json)
