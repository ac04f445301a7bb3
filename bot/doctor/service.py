"""Checks of the limits, and of the bot if it runs."""

import urllib.error
import urllib.request
from itertools import pairwise
from typing import TypeVar

from limits import RateLimitItem, parse_many
from pydantic import BaseModel, ValidationError

from bot.config.settings import Settings
from bot.doctor.diagnosis import WarningError
from index.errors import ExpectedError

_Page = TypeVar("_Page", bound=BaseModel)

_WITHIN_S = 3.0
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


class NotServingError(ExpectedError):
    """A bot runs, but computes no answers."""


class _Health(BaseModel):
    healthy: bool


class _Degraded(BaseModel):
    part: str
    message: str


class _Readiness(BaseModel):
    ready: bool = False
    degraded: tuple[_Degraded, ...] = ()
    generation: str = ""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Handler that follows no redirect: only this machine is asked."""

    def redirect_request(self, *_: object) -> None:
        return None


def limits(settings: Settings) -> str:
    """Check that no limit is looser than the next wider one, which would make it unreachable."""
    named = {
        "limit_per_user": settings.limit_per_user,
        "limit_per_channel": settings.limit_per_channel,
        "limit_per_server": settings.limit_per_server,
        "limit_overall": settings.limit_overall,
    }
    names = list(named)
    for inner, outer in pairwise(names):
        if _each_second(named[inner]) > _each_second(named[outer]):
            raise WarningError(
                f"{inner} ({named[inner]}) allows more than {outer} ({named[outer]}): set "
                f"DEALBOT_{inner.upper()} lower, or the other higher"
            )
    return ", ".join(f"{name.removeprefix('limit_')} {limit}" for name, limit in named.items())


def _each_second(limit: str) -> float:
    def rate(item: RateLimitItem) -> float:
        return item.amount / item.get_expiry()

    return min(map(rate, parse_many(limit)))


def running(settings: Settings) -> str:
    """Ask the bot that these settings run, if it runs, for its health and its degraded parts."""
    host, port = settings.metrics_host, settings.metrics_port
    if not port:
        return "a running bot cannot be checked, because metrics_port is 0"
    host = _ANYWHERE.get(host, host)
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    health = _told(f"{address}/healthz", _Health)
    if health is None:
        return f"no bot answers at {address}"
    if not health.healthy:
        raise NotServingError("it no longer computes answers: restart it")
    ready = _told(f"{address}/readyz", _Readiness) or _Readiness()
    if ready.degraded:
        raise WarningError(
            "it runs without: " + "; ".join(f"{e.part} ({e.message})" for e in ready.degraded)
        )
    if not ready.ready:
        raise WarningError("it is not connected to Discord; its log says why")
    return f"it answers from generation {ready.generation}"


def _told(url: str, kind: type[_Page]) -> _Page | None:
    """Fetch and parse the page; None if no bot answers. Another program may use the port."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)
    try:
        with opener.open(url, timeout=_WITHIN_S) as answer:
            body = answer.read(100_000)
    except urllib.error.HTTPError as error:  # a 503 has a body, too
        body = error.read(100_000)
    except OSError:
        return None
    try:
        return kind.model_validate_json(body)
    except ValidationError:
        return None
