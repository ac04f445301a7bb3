"""Two bots that share one Redis, which is killed and frozen while they are asked."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.discord.runtime import Runtime
from tests.discord.conftest import ANSWERED, NOT_ANSWERED, OpenRuntime, ask, connected, pick
from tests.fake_discord import FakeDiscord
from tests.sharing.conftest import until
from tests.sharing.redis_server import RedisServer, redis_server


@pytest.fixture
def redis(monkeypatch: pytest.MonkeyPatch) -> Iterator[RedisServer]:
    monkeypatch.setattr("bot.sharing.link._FIRST_PAUSE_S", 0.02)
    monkeypatch.setattr("bot.sharing.link._LONGEST_PAUSE_S", 0.05)
    with redis_server() as server:
        server.start()
        yield server


def computed(runtime: Runtime) -> bool:
    """Return True if this bot has computed an answer."""
    return runtime.requests.service.latencies_ms is not None


async def test_what_one_bot_has_answered_another_need_not_compute(
    redis: RedisServer, fake: FakeDiscord, opened_runtime: OpenRuntime, tmp_path: Path
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    shown = []
    for name in ("one", "two"):
        store = tmp_path / f"{name}.sqlite"
        async with (
            opened_runtime(redis_url=redis.url, store=store) as runtime,
            connected(runtime, fake),
        ):
            answer = await ask(fake, ann, harbour.general, ANSWERED)
            shown.append((answer.embed["title"], answer.embed["description"]))
            assert computed(runtime) is (name == "one")
            quote = await (await fake.click(answer, "Context", ann)).response()
            assert "Mayor Ilse Brandt" in quote.embed["description"]
            more = await (await pick(fake, answer, "more", ann)).final()
            assert more.embeds
    assert shown[0] == shown[1]


async def test_two_bots_keep_one_limit(
    redis: RedisServer, fake: FakeDiscord, opened_runtime: OpenRuntime, tmp_path: Path
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    answered = 0
    for name in ("one", "two"):
        given = {"redis_url": redis.url, "limit_per_user": "3/hour"}
        async with (
            opened_runtime(**given, store=tmp_path / f"{name}.sqlite") as runtime,
            connected(runtime, fake),
        ):
            for _ in range(2):
                answer = await ask(fake, ann, harbour.general, ANSWERED)
                answered += bool(answer.embeds)
    assert answered == 3
    assert "You have used up your 3 questions an hour" in answer.content


@pytest.mark.parametrize("fault", ["kill", "freeze"])
async def test_questions_are_answered_through_the_loss_of_redis(
    redis: RedisServer, fake: FakeDiscord, opened_runtime: OpenRuntime, fault: str
) -> None:
    harbour, admin = fake.guild("Harbour"), fake.user("Admin")
    people = [fake.user(f"Person {number}") for number in range(20)]
    given = {"redis_url": redis.url, "admin_users": (admin.id,), "limit_per_channel": "99/minute"}
    async with opened_runtime(**given) as runtime, connected(runtime, fake):
        asking = [
            asyncio.create_task(ask(fake, person, harbour.general, f"{ANSWERED} {number}"))
            for number, person in enumerate(people)
        ]
        await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
        getattr(redis, fault)()
        asking += [
            asyncio.create_task(ask(fake, person, harbour.general, NOT_ANSWERED))
            for person in people
        ]
        assert all(answer.embeds for answer in await asyncio.gather(*asking))
        status = (await (await fake.slash(admin, "status", channel=harbour.general)).final()).text
        assert "**Degraded:** redis, since" in status
        assert "keeps limits of its own" in status
        if fault == "kill":
            redis.start()
        else:
            redis.thaw()
        await until(lambda: not runtime.degraded.current)
        assert (await ask(fake, people[0], harbour.general, ANSWERED)).embeds
