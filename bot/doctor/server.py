"""Checks of the server of an index."""

from collections.abc import Callable

from bot.config.settings import Settings
from bot.doctor.diagnosis import Check
from index.errors import ExpectedError


def checks(settings: Settings) -> dict[str, Check]:
    """Return the checks of the server that the setting `index` names; none for a folder."""
    if not settings.index_is_on_server:
        return {}
    try:
        found = settings.open_index().checks()
    except ExpectedError:
        return {}  # the check of the index says why
    return {subject: _of(check) for subject, check in found.items()}


def _of(check: Callable[[], str]) -> Check:
    return lambda _: check()
