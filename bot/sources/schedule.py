"""Tasks of the running bot: update the sources on a schedule, follow other processes' builds."""

import asyncio
import logging

from bot.monitoring.bugs import log_bug
from bot.monitoring.degradations import Degradations, Part
from bot.rebuild.rebuilder import Rebuilder, RebuildRunningError
from bot.sources.outcome import Result, UpdateOutcome
from bot.sources.service import SourceService
from index.errors import ExpectedError, IndexUnreachableError
from index.places import Index

_LOOK_EVERY_S = 10.0  # intervals are minutes
_POLL_EVERY_S = 2.0
_SERVER = "the server"
_FAILING = 3  # failures in a row after which a source counts as degraded

_log = logging.getLogger(__name__)


async def keep_updated(
    sources: SourceService, degraded: Degradations, look_every_s: float = _LOOK_EVERY_S
) -> None:
    """Update the sources whenever one is due, until the task is cancelled. Failures are logged and
    end nothing."""
    while True:
        try:
            if sources.is_due():
                tell(await sources.update())
            report_failing(sources, degraded)
        except ExpectedError as error:
            degraded.set(Part.SOURCES, error.user_message)
        except Exception as error:  # a surface of its own: the bot must go on answering
            log_bug(_log, error, "bug %s in an update of the sources")
        await asyncio.sleep(look_every_s)


def tell(outcome: UpdateOutcome) -> None:
    """Log an update: sources that changed at level info, failures as warnings."""
    for each in outcome.sources:
        failed = each.result is Result.FAILED
        _log.log(logging.WARNING if failed else logging.INFO, "%s", each.line)
    if outcome.build_error:
        _log.warning("the sources are not in the index: %s", outcome.build_error)


def report_failing(sources: SourceService, degraded: Degradations) -> None:
    """Mark the sources as degraded while one of them keeps failing."""
    failing = [each for each, status in sources.listed() if status.failures >= _FAILING]
    if not failing:
        degraded.clear(Part.SOURCES)
        return
    names = ", ".join(each.id for each in failing)
    degraded.set(Part.SOURCES, f"These sources keep failing: {names}. See dealbot source list")


async def keep_following(
    follower: Rebuilder, index: Index, degraded: Degradations, poll_every_s: float = _POLL_EVERY_S
) -> None:
    """Load every generation that another process publishes, until the task is cancelled.

    A generation that cannot be opened is reported once, and the old one keeps answering. A server
    that does not answer is reported as long as that lasts."""
    seen = await asyncio.to_thread(_current, index, degraded)
    while True:
        await asyncio.sleep(poll_every_s)
        current = await asyncio.to_thread(_current, index, degraded)
        if follower.running or current in (None, seen):
            continue
        try:
            await follower.follow()
        except RebuildRunningError:
            continue  # it began just now, and loads what it publishes
        except IndexUnreachableError:
            continue  # tried again, and reported meanwhile
        except ExpectedError as error:
            degraded.set(Part.INDEX, f"the new generation is not used: {error.user_message}")
        seen = current


def _current(index: Index, degraded: Degradations) -> str | None:
    """Return the current generation; None if it cannot be read."""
    try:
        current = index.current_id()
    except IndexUnreachableError as error:
        degraded.set(Part.INDEX, error.user_message, of=_SERVER)
        return None
    except ExpectedError:
        return None
    degraded.clear(Part.INDEX, of=_SERVER)
    return current
