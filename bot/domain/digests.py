"""Schedule of digests: daily or on Mondays, at an hour in UTC."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

_DAY = timedelta(days=1)


class Every(StrEnum):
    """Period of a digest."""

    DAILY = "daily"
    WEEKLY = "weekly"


def next_due(every: Every, hour: int, after: datetime) -> datetime:
    """Return the first time after `after` at which a digest is due, in UTC. A weekly one is due on
    Mondays."""
    due = after.astimezone(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    while due <= after or (every is Every.WEEKLY and due.weekday()):
        due += _DAY
    return due
