"""The kinds of values that settings have, and what is wrong with one that is none of its kind."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr


def _not_empty(value: object) -> object:
    # Path("") is the working folder, which nobody means who writes --index "$UNSET".
    if value == "":
        raise ValueError("it is empty")
    return value


def _ids(value: object) -> object:
    """Several ids in one string, a variable say, are parted by commas."""
    return [part for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _limit(value: str) -> str:
    # The library is imported only where a limit is set or kept: it takes a tenth of a second.
    from limits import parse_many

    if any(item.amount < 1 for item in parse_many(value)):
        raise ValueError("a limit allows one request at least")
    return value


def _redis_url(value: SecretStr) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("it begins with redis://, rediss:// or unix://")
    try:
        _ = parts.port
    except ValueError:  # whose message repeats what was given
        raise ValueError("its port is no number") from None
    return value


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("it begins with http:// or https:// and a host")
    return value.rstrip("/")


Place = Annotated[Path, BeforeValidator(_not_empty)]
Ids = Annotated[tuple[int, ...], BeforeValidator(_ids)]
Limit = Annotated[str, AfterValidator(_limit)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
RedisUrl = Annotated[SecretStr, AfterValidator(_redis_url)]
