"""Moments as text: in UTC and all of one length, so that their order is the order of time."""

from datetime import UTC, datetime


def to_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
