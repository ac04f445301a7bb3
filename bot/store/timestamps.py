"""Times as text: in UTC and of one length, so that text order is time order."""

from datetime import UTC, datetime

TEXT_LENGTH = 32


def to_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
