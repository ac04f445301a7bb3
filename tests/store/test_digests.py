"""Digests: when they are due, and that each period is taken on once."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.digests import Every, next_due
from bot.store import Store, StorePlace
from bot.store.digests import StoredDigest
from tests.store.conftest import CHANNEL, GUILD, NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DIGEST = StoredDigest(GUILD, CHANNEL, Every.DAILY, 8, NOON + 20 * HOUR, NOON)


@pytest.mark.parametrize(
    ("every", "hour", "after", "due"),
    [
        (Every.DAILY, 13, NOON, NOON + HOUR),
        (Every.DAILY, 12, NOON, NOON + DAY),
        (Every.DAILY, 0, NOON, NOON + 12 * HOUR),
        # 4 May 2031 is a Sunday.
        (Every.WEEKLY, 8, NOON, NOON + 20 * HOUR),
        (Every.WEEKLY, 8, NOON + 20 * HOUR, NOON + 20 * HOUR + 7 * DAY),
        (Every.WEEKLY, 8, NOON + 19 * HOUR, NOON + 20 * HOUR),
    ],
)
def test_when_the_next_one_is_due(every: Every, hour: int, after: datetime, due: datetime) -> None:
    assert next_due(every, hour, after) == due
    assert next_due(every, hour, after.astimezone(UTC)) > after


async def test_a_post_is_taken_on_once(store: Store) -> None:
    await store.digests.set(DIGEST)
    assert await store.digests.due(DIGEST.due - HOUR) == []
    assert await store.digests.due(DIGEST.due) == [DIGEST]
    following = DIGEST.due + DAY
    taken = await asyncio.gather(*(store.digests.take(DIGEST, following) for _ in range(5)))
    assert sorted(taken) == [False] * 4 + [True]
    assert await store.digests.due(DIGEST.due) == []
    await store.digests.give_back(DIGEST, following)
    assert await store.digests.due(DIGEST.due) == [DIGEST]


async def test_it_survives_a_restart(place: StorePlace) -> None:
    async with Store.open(place) as store:
        await store.digests.set(DIGEST)
        assert await store.digests.take(DIGEST, DIGEST.due + DAY)
        await store.digests.cover(GUILD, DIGEST.due)
    async with Store.open(place) as store:
        kept = await store.digests.get(GUILD)
    assert kept == replace(DIGEST, due=DIGEST.due + DAY, covered=DIGEST.due)


async def test_a_paused_one_waits_until_it_is_set_again(store: Store) -> None:
    await store.digests.set(DIGEST)
    await store.digests.pause(GUILD, CHANNEL + 1)  # the admin has chosen another channel
    assert await store.digests.due(DIGEST.due) == [DIGEST]
    await store.digests.pause(GUILD, CHANNEL)
    assert await store.digests.due(DIGEST.due) == []
    assert not await store.digests.take(DIGEST, DIGEST.due + DAY)
    # It goes on from what it covers, not from the moment of the change.
    await store.digests.set(replace(DIGEST, hour=9, covered=NOON + DAY))
    kept = await store.digests.get(GUILD)
    assert kept == replace(DIGEST, hour=9)


async def test_it_can_be_removed(store: Store) -> None:
    assert not await store.digests.remove(GUILD)
    await store.digests.set(DIGEST)
    assert await store.digests.remove(GUILD)
    assert await store.digests.get(GUILD) is None
