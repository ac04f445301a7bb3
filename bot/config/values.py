"""Types of setting values, and the validation of each."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr


def _not_empty(value: object) -> object:
    # Path("") is the working folder, which is not the intention of --index "$UNSET".
    if value == "":
        raise ValueError("it is empty")
    return value


def _ids(value: object) -> object:
    """Split a string with several ids at commas."""
    return [part for part in value.split(",") if part.strip()] if isinstance(value, str) else value


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


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("it must begin with http:// or https:// and a host")
    return value.rstrip("/")


Place = Annotated[Path, BeforeValidator(_not_empty)]
Ids = Annotated[tuple[int, ...], BeforeValidator(_ids)]
Limit = Annotated[str, AfterValidator(_limit)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
RedisUrl = Annotated[SecretStr, AfterValidator(_redis_url)]
