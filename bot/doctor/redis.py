"""Redis, where several bots share one."""

import asyncio

from pydantic import SecretStr

from bot.config.settings import Settings
from bot.doctor.finding import WarningError
from bot.monitoring.degradations import Degradations
from bot.sharing.link import Link


def redis(settings: Settings) -> str:
    if settings.redis_url is None:
        return "none is set: a bot keeps limits and answers to itself"
    if trouble := asyncio.run(_trouble(settings.redis_url)):
        raise WarningError(f"{trouble}. See whether it runs: redis-cli ping")
    return "it can be read and written"


async def _trouble(url: SecretStr) -> str:
    """As a bot would tell of it; empty where there is none."""
    degraded = Degradations()
    async with Link.open(url, degraded):
        return "; ".join(each.message for each in degraded.current)
