"""Headers of a response that the fetcher reads."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.sources.fetching.models import Validators, is_sendable

_LONGEST_RETRY = timedelta(days=1)
_SECONDS = re.compile(r"[0-9]{1,9}")


def validators_in(headers: Mapping[str, str]) -> Validators:
    """Return the validators of a response. Those that cannot be sent back are dropped."""
    named = (headers.get("ETag", ""), headers.get("Last-Modified", ""))
    return Validators(*(value if is_sendable(value) else "" for value in named))


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return the pause that `Retry-After` asks for, in seconds or as a date; at most a day. Returns
    None if the header is absent or unreadable."""
    value = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(value):
        pause = timedelta(seconds=int(value))
    else:
        try:
            date = parsedate_to_datetime(value)
        except ValueError:
            return None
        pause = (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
    return max(timedelta(0), min(pause, _LONGEST_RETRY))
