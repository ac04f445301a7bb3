"""Types of a fetch: limits, validators and what a server sent."""

from dataclasses import dataclass
from enum import StrEnum

_LONGEST_VALIDATOR = 500  # characters; real ones have at most about 100


@dataclass(frozen=True, slots=True)
class Validators:
    """The headers `ETag` and `Last-Modified` of an earlier response; "" where it had none."""

    etag: str = ""
    last_modified: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """Headers that ask for the page only if it has changed since."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if is_sendable(value)}


NO_VALIDATORS = Validators()


def is_sendable(validator: str) -> bool:
    """Check that a server's validator can be sent back as a header."""
    printable = validator.isascii() and validator.isprintable()
    return bool(validator) and printable and len(validator) <= _LONGEST_VALIDATOR


class FetchStatus(StrEnum):
    """Outcomes of a fetch that are not errors."""

    FRESH = "fresh"
    UNCHANGED = "unchanged"  # 304: the validators still hold
    GONE = "gone"  # 404 or 410


@dataclass(frozen=True, slots=True)
class Fetched:
    """A response.

    `url` is the final address, after redirects. `moved_to` is the address that the server names as
    the permanent one, "" if it names none. `body` is decompressed, and empty unless the status is
    FRESH. `media_type` is in lower case. `charset` is the one in the header, unchecked; both are ""
    if the server sent none."""

    url: str
    status: FetchStatus
    body: bytes = b""
    media_type: str = ""
    charset: str = ""
    validators: Validators = NO_VALIDATORS
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Bounds of a fetch. Times are in seconds.

    `most_bytes` bounds a body as it is sent, and once more after decompression. `total_s` bounds
    the requests of one fetch together, with its redirects and retries but without waits. `attempts`
    is per address. A server that asks for a pause of more than `longest_pause_s` ends the fetch.
    `connections` bounds the requests at one time. Each may hold a thread of asyncio's pool while a
    name is looked up; the pool has four more threads than the machine has cores."""

    most_bytes: int = 10_000_000
    total_s: float = 60.0
    connect_s: float = 10.0
    idle_s: float = 15.0
    redirects: int = 5
    attempts: int = 3
    connections: int = 4
    backoff_s: float = 1.0
    longest_backoff_s: float = 10.0
    longest_pause_s: float = 30.0
    host_delay_s: float = 1.0
    longest_crawl_delay_s: float = 10.0
    robots_s: float = 86_400.0
    robots_failure_s: float = 600.0


DEFAULT_LIMITS = FetchLimits()
