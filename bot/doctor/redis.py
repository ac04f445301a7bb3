"""Check of the Redis that several bots share."""

import asyncio

from pydantic import SecretStr

from bot.config.settings import Settings
from bot.doctor.diagnosis import WarningError
from bot.monitoring.degradations import Degradations
from bot.sharing.link import RedisLink


def redis(settings: Settings) -> str:
    if settings.redis_url is None:
        return "none is set: each bot keeps its own limits and answers"
    if trouble := asyncio.run(_trouble(settings.redis_url)):
        raise WarningError(f"{trouble}. Check whether it runs: redis-cli ping")
    return "it can be read and written"


async def _trouble(url: SecretStr) -> str:
    """Return the trouble that a bot would report with this Redis; empty if there is none."""
    degraded = Degradations()
    async with RedisLink.open(url, degraded):
        return "; ".join(each.message for each in degraded.current)
