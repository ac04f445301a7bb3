"""Types of setting values, and the validation of each."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr

from bot.cluster.shards import ShardRange
from index.models import DATABASE_URLS

_INTERVAL = re.compile(r"([0-9]{1,5})([mhd])")
_INTERVAL_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_SHORTEST_INTERVAL, _LONGEST_INTERVAL = timedelta(minutes=1), timedelta(days=30)


def _not_empty(value: object) -> object:
    # Path("") is the working folder, which is not the intention of --index "$UNSET".
    if value == "":
        raise ValueError("it is empty")
    return value


def _ids(value: object) -> object:
    """Split a string with several ids at commas."""
    return [part for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _names(value: object) -> object:
    """Split a string with several host names at commas."""
    if isinstance(value, str):
        return [name for part in value.split(",") if (name := part.strip().casefold())]
    return value


def _limit(value: str) -> str:
    # Imported on demand: `limits` takes 0.1 s.
    from limits import parse_many

    # A limit of 0 has no retry delay.
    if any(item.amount < 1 for item in parse_many(value)):
        raise ValueError("a limit must allow at least one request")
    return value


def _redis_url(value: SecretStr) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("it must begin with redis://, rediss:// or unix://")
    try:
        _ = parts.port
    except ValueError:  # its message repeats the URL, which may contain a password
        raise ValueError("its port is not a number") from None
    return value


def _database_url(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(DATABASE_URLS):
        raise ValueError("it must begin with postgresql://")
    return value


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("it must begin with http:// or https:// and a host")
    return value.rstrip("/")


def parse_interval(value: str) -> timedelta:
    """Parse an interval such as 15m, 2h or 1d. Raises ValueError if it is none or under a
    minute."""
    found = _INTERVAL.fullmatch(value.strip())
    if found is None:
        raise ValueError("it must be a number and a unit: 15m, 2h or 1d")
    interval = timedelta(**{_INTERVAL_UNITS[found[2]]: int(found[1])})
    if not _SHORTEST_INTERVAL <= interval <= _LONGEST_INTERVAL:
        raise ValueError("it must be at least 1m and at most 30d")
    return interval


def _interval(value: str) -> str:
    parse_interval(value)
    return value.strip()


def _interval_or_off(value: str) -> str:
    return value if value == "off" else _interval(value)


Place = Annotated[Path, BeforeValidator(_not_empty)]
Ids = Annotated[tuple[int, ...], BeforeValidator(_ids)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
Limit = Annotated[str, AfterValidator(_limit)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
RedisUrl = Annotated[SecretStr, AfterValidator(_redis_url)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_database_url)]
Shards = Annotated[ShardRange, BeforeValidator(ShardRange.parse)]
Interval = Annotated[str, AfterValidator(_interval)]
Schedule = Annotated[str, AfterValidator(_interval_or_off)]
