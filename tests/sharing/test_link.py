"""A Redis that comes and goes: each change is logged once, and no request waits for a lost one."""

import asyncio
import logging
import sys
from collections.abc import Awaitable

import pytest
from pydantic import SecretStr
from redis import Redis

from bot.domain.errors import SettingsError
from bot.monitoring.degradations import Degradations
from bot.sharing.link import RedisLink, RedisUnavailableError
from tests.sharing.conftest import linked, until
from tests.sharing.redis_server import RedisServer, redis_server


async def reaches(link: RedisLink) -> bool:
    def ping() -> Awaitable[bool]:
        reply = link.client.ping()
        assert isinstance(reply, Awaitable)
        return reply

    try:
        return await link.run(ping)
    except RedisUnavailableError:
        return False


def rejected(admin: Redis) -> int:
    """Return how many SET commands Redis has rejected."""
    statistics = admin.info("commandstats")
    assert isinstance(statistics, dict)
    count = statistics["cmdstat_set"]["rejected_calls"]
    assert isinstance(count, int)
    return count


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the first word of each log message."""
    return [record.getMessage().split()[0] for record in caplog.records]


async def test_one_that_comes_later_is_found(
    absent: RedisServer, degraded: Degradations, caplog: pytest.LogCaptureFixture
) -> None:
    async with linked(absent, degraded) as link:
        for _ in range(5):
            assert not await reaches(link)
        [degradation] = degraded.current
        assert f"Redis at 127.0.0.1:{absent.port} fails" in degradation.message
        absent.start()
        await until(lambda: not degraded.current)
        assert await reaches(link)
    assert told(caplog) == ["degraded,", "redis"]


@pytest.mark.parametrize("fault", ["kill", "freeze"])
async def test_one_that_goes_away_is_told_once_and_found_again(
    redis: RedisServer, degraded: Degradations, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    async with linked(redis, degraded) as link:
        for _ in range(2):
            caplog.clear()
            assert await reaches(link)
            getattr(redis, fault)()
            async with asyncio.timeout(15):
                assert not any(await asyncio.gather(*(reaches(link) for _ in range(200))))
            assert len(degraded.current) == 1
            if fault == "kill":
                redis.start()
            else:
                redis.thaw()
            await until(lambda: not degraded.current)
            assert told(caplog) == ["degraded,", "redis"]
        assert await reaches(link)


async def test_once_it_is_lost_nobody_tries_it(redis: RedisServer, degraded: Degradations) -> None:
    async with linked(redis, degraded) as link:
        redis.freeze()
        assert not await reaches(link)
        tried = False

        async def command() -> None:
            nonlocal tried
            tried = True

        for _ in range(3):
            with pytest.raises(RedisUnavailableError):
                await link.run(command)
        assert not tried


async def test_one_that_takes_nothing_any_more_is_away_until_it_does(
    redis: RedisServer, degraded: Degradations, caplog: pytest.LogCaptureFixture
) -> None:
    """Redis answers a ping all the while."""
    admin = Redis.from_url(redis.url)
    async with linked(redis, degraded) as link:
        admin.config_set("maxmemory", 1)
        with pytest.raises(RedisUnavailableError):
            await link.run(lambda: link.client.set("key", "value"))
        assert "OutOfMemoryError" in degraded.current[0].message
        asked = rejected(admin)
        await until(lambda: rejected(admin) >= asked + 3)
        assert degraded.current
        admin.config_set("maxmemory", 0)
        await until(lambda: not degraded.current)
    admin.close()
    assert told(caplog) == ["degraded,", "redis"]


async def test_a_library_that_is_missing_is_told_with_what_brings_it(
    degraded: Degradations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with pytest.raises(SettingsError, match=r"pip install 'dealbot\[redis\]'"):
        async with RedisLink.open(SecretStr("redis://localhost"), degraded):
            pass


async def test_a_password_is_told_nobody(
    degraded: Degradations, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with redis_server("--requirepass", "right-secret") as server:
        server.start()
        for secret, reached in (("wrong-secret", False), ("right-secret", True)):
            url = SecretStr(f"redis://:{secret}@127.0.0.1:{server.port}/0")
            async with RedisLink.open(url, degraded) as link:
                assert await reaches(link) is reached
            if not reached:
                [degradation] = degraded.current
                assert "AuthenticationError" in degradation.message
    shown = caplog.text + "".join(capfd.readouterr()) + str(degraded.current) + repr(url)
    assert "secret" not in shown
