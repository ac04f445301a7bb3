"""Rate limits announced in headers, for the routes that a test chooses."""

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from math import ceil

from tests.fake_discord.snowflakes import Clock

_MAJOR = re.compile(r"^/(?:channels|guilds|webhooks)/\d+(?:/[\w-]{20,})?")


@dataclass(slots=True, eq=False)
class Bucket:
    """A limit of requests per `per_s` seconds for each channel, server or webhook. `exceeded`
    counts the requests beyond the limit."""

    route: str
    limit: int
    per_s: float
    exceeded: int = 0
    _windows: dict[str, tuple[float, int]] = field(default_factory=dict)

    def take(self, major: str, now: float) -> tuple[dict[str, str], float]:
        """Count a request; return the headers and the seconds to wait, 0 if the request is
        accepted."""
        ends, used = self._windows.get(major, (0.0, 0))
        if now >= ends:
            ends, used = now + self.per_s, 0
        refused = used >= self.limit
        self.exceeded += refused
        self._windows[major] = ends, used + (not refused)
        headers = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(self.limit - used - 1, 0)),
            # Rounded up: a client that waits for this long must not come too early.
            "X-RateLimit-Reset-After": f"{ceil((ends - now) * 1000) / 1000:.3f}",
            "X-RateLimit-Bucket": f"{abs(hash(self.route)):x}",
        }
        return headers, ends - now if refused else 0.0


class Buckets:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: list[Bucket] = []
        self.overall: Bucket | None = None

    def limit(self, route: str, limit: int, per_s: float) -> Bucket:
        """Limit a route. `route` is a pattern such as "POST /channels/*/messages"."""
        bucket = Bucket(route, limit, per_s)
        self._buckets.append(bucket)
        return bucket

    def limit_overall(self, limit: int = 50, per_s: float = 1.0) -> Bucket:
        """Set the global limit. Interactions do not count towards it, and no header announces
        it."""
        self.overall = Bucket("*", limit, per_s)
        return self.overall

    def take_overall(self, path: str) -> float:
        """Count a request towards the global limit; return the seconds to wait, 0 if it is
        accepted."""
        if self.overall is None or path.startswith(("/interactions/", "/webhooks/")):
            return 0.0
        return self.overall.take("", self._clock.now())[1]

    def take(self, method: str, path: str) -> tuple[dict[str, str], float]:
        major = _MAJOR.match(path)
        for bucket in self._buckets:
            if fnmatchcase(f"{method} {path}", bucket.route):
                return bucket.take(major[0] if major else "", self._clock.now())
        return {}, 0.0
