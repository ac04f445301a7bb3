"""Limits shared by several processes: exact, and each on its own without Redis."""

import asyncio
import subprocess
import sys
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from redis import Redis

from bot.domain.errors import LimitedError
from bot.monitoring.degradations import Degradations
from bot.serving.limits import Limits
from bot.sharing.limits import SharedLimiter
from bot.wording.errors import worded_errors
from tests.bot.test_limits import admitted, limits
from tests.hang_guard import HANG_S
from tests.sharing.conftest import keys_of, linked, until
from tests.sharing.redis_server import RedisServer

PROCESS = """
import asyncio, sys
from pydantic import SecretStr
from bot.serving.limits import Limits
from bot.monitoring.degradations import Degradations
from bot.sharing.limits import SharedLimiter
from bot.sharing.link import RedisLink
from tests.bot.test_limits import admitted, limits

async def main():
    async with RedisLink.open(SecretStr(sys.argv[1]), Degradations()) as link:
        limiter = SharedLimiter(limits(overall="50/hour"), link)
        sys.stdin.readline()  # until both are there
        outcomes = await asyncio.gather(*(admitted(limiter, n % 9, 2, 3) for n in range(60)))
        assert not link._degraded.current
        print(sum(outcomes))

asyncio.run(main())
"""


def process(url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROCESS, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_processes_admit_together_what_the_limit_allows(redis: RedisServer) -> None:
    two = [process(redis.url) for _ in range(2)]
    counts = [int(each.communicate("go\n", timeout=HANG_S)[0]) for each in two]
    assert sum(counts) == 50


@pytest.mark.parametrize("limit", ["per_user", "per_channel", "per_server", "overall"])
async def test_whoever_asks_wherever_at_once_the_sum_is_the_limit(
    redis: RedisServer, degraded: Degradations, limit: str
) -> None:
    async with AsyncExitStack() as stack:
        links = [await stack.enter_async_context(linked(redis, degraded)) for _ in range(3)]
        limiters = [SharedLimiter(limits(**{limit: "7/hour"}), link) for link in links]
        outcomes = await asyncio.gather(
            *(admitted(limiter, 1, 2, 3) for _ in range(20) for limiter in limiters)
        )
        assert outcomes.count(True) == 7
        with pytest.raises(LimitedError, match="is free in 60 minutes"), worded_errors():
            await limiters[0].admit(1, 2, 3)
        assert not degraded.current


@pytest.mark.parametrize("fault", ["kill", "freeze"])
async def test_without_redis_each_goes_on_with_what_it_has_admitted(
    redis: RedisServer, degraded: Degradations, fault: str
) -> None:
    async with linked(redis, degraded) as link, linked(redis, degraded) as other:
        limiter, elsewhere = (SharedLimiter(limits(per_user="5/hour"), of) for of in (link, other))
        assert [await admitted(limiter, 1, 2, 3) for _ in range(2)] == [True] * 2
        assert [await admitted(elsewhere, 1, 2, 3) for _ in range(2)] == [True] * 2
        getattr(redis, fault)()
        outcomes = await asyncio.gather(*(admitted(limiter, 1, 2, 3) for _ in range(9)))
        assert outcomes.count(True) == 5 - 2
        if fault == "kill":
            redis.start()  # empty after the restart
        else:
            redis.thaw()
        await until(lambda: not degraded.current)
        now = [await admitted(limiter, 1, 2, 3) for _ in range(6)]
        assert now.count(True) == (5 if fault == "kill" else 1)


async def test_windows_that_somebody_spoilt_keep_nobody_from_asking(
    redis: RedisServer, degraded: Degradations
) -> None:
    admin = Redis.from_url(redis.url)
    async with linked(redis, degraded) as link:
        limiter = SharedLimiter(Limits(), link)
        await limiter.admit(1, 2, 3)
        keys = keys_of(admin, "dealbot:limits:*")
        assert len(keys) == 4
        for spoil in ("no number", "nan", "inf", "1e308", "0x7fffffffffff"):
            for key in keys:
                admin.delete(key)
                admin.lpush(key, *[spoil] * 400)
            outcome = await asyncio.gather(limiter.admit(1, 2, 3), return_exceptions=True)
            for refusal in filter(None, outcome):
                assert isinstance(refusal, LimitedError)
                wait = refusal.details["wait"]
                assert isinstance(wait, timedelta)
                assert wait < timedelta(seconds=61)
            await until(lambda: not degraded.current)
        for key in keys:
            admin.set(key, "of another kind")
        await limiter.admit(1, 2, 3)
    admin.close()
