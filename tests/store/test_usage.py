"""The cost of a model: kept by day, and by user until the day is over."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.spending import Spent
from bot.store import Store, StorePlace
from bot.store.people import Counts
from bot.store.usage import StoredUsage
from bot.wording.answers import put_in_words
from tests.store.outside import execute, stored_bytes

ANN, BOB = 1_310_000_000_000_000_042, 1_310_000_000_000_000_043


@pytest.fixture
def today() -> date:
    return datetime.now(UTC).date()


def people(place: StorePlace, day: date) -> list[object]:
    rows = execute(place, "SELECT asker FROM usage WHERE day = ?", day.isoformat())
    return [asker for (asker,) in rows]


async def test_it_is_there_after_a_restart(place: StorePlace, today: date) -> None:
    async with Store.open(place) as store:
        await store.usage.add(today, str(ANN), Spent(10, 5, 3))
        await store.usage.add(today, str(BOB), Spent(1, 1, 1))
    async with Store.open(place) as store:
        await store.usage.add(today, str(ANN), Spent(-2, -1, -1))
        assert await store.usage.spent(today, str(ANN)) == (Spent(8, 4, 2), Spent(9, 5, 3))
        assert await store.usage.spent(today - timedelta(1), str(ANN)) == (Spent(), Spent())
    assert str(ANN).encode() not in stored_bytes(place)


async def test_a_person_gets_what_is_theirs(store: Store, today: date) -> None:
    await store.usage.add(today, str(ANN), Spent(10, 5, 2_500_000))
    await store.usage.add(today, str(BOB), Spent(1, 1))
    exported = await store.people.export(ANN, put_in_words)
    assert exported.usage == (StoredUsage(day=today, input_tokens=10, output_tokens=5, cost=2.5),)
    assert json.loads(exported.model_dump_json())["usage"][0]["day"] == today.isoformat()


async def test_whose_it_was_goes_when_the_day_is_over_and_the_sum_stays(
    store: Store, place: StorePlace, today: date
) -> None:
    yesterday = today - timedelta(1)
    for day in (yesterday, today):
        for person in (ANN, BOB):
            await store.usage.add(day, str(person), Spent(10, 5, 3))
    for _ in range(2):
        await store.forget_old(keep_days=7)
        assert await store.usage.spent(yesterday, str(ANN)) == (Spent(), Spent(20, 10, 6))
        assert await store.usage.spent(today, str(ANN)) == (Spent(10, 5, 3), Spent(20, 10, 6))
    assert people(place, yesterday) == [None, None]
    # the correction of a request that crossed midnight
    await store.usage.add(yesterday, str(ANN), Spent(-1, 0, 0))
    assert (await store.usage.spent(yesterday, str(ANN)))[1] == Spent(19, 10, 6)


async def test_days_are_forgotten_with_the_answers(store: Store, today: date) -> None:
    days = [today - timedelta(days) for days in (8, 7)]
    for day in days:
        await store.usage.add(day, str(ANN), Spent(1, 1, 1))
    await store.forget_old(keep_days=7)
    assert [(await store.usage.spent(day, str(ANN)))[1].tokens for day in days] == [0, 2]


async def test_being_forgotten_gives_nobody_a_second_budget_for_today(
    store: Store, place: StorePlace, today: date
) -> None:
    yesterday = today - timedelta(1)
    for day in (yesterday, today):
        await store.usage.add(day, str(ANN), Spent(10, 5, 3))
    assert await store.people.forget(ANN) == Counts(0, 0)
    assert people(place, yesterday) == [None]
    assert (await store.usage.spent(today, str(ANN)))[0] == Spent(10, 5, 3)
    assert [kept.day for kept in (await store.people.export(ANN, put_in_words)).usage] == [today]
