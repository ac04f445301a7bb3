"""Status of a source on one line."""

from bot.sources.source import Source
from bot.sources.status import SourceStatus
from bot.wording.measures import counted


def status_line(source: Source, status: SourceStatus) -> str:
    """Return the id, kind, articles, time of the last reading, address and failures. The address
    and the title are untrusted."""
    every = f", every {source.every}" if source.every else ""
    read = f"read {status.succeeded:%Y-%m-%d %H:%M} UTC" if status.succeeded else "never read"
    times = "once" if status.failures == 1 else f"{status.failures} times"
    failed = f"; failed {times}: {status.error}" if status.failures else ""
    return (
        f"{source.id}: {source.kind}, {counted(status.articles, 'article')}, {read}{every}, "
        f"{source.address}{failed}"
    )
