"""Insights that are made once for all pages, as long as nothing changes."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.insights import Insights
from bot.insights.views import InsightsViews
from tests.bot.steered import Clock
from tests.insights.conftest import BRIDGE, PERU, Asking, asked

_ANNS = "a" * 12


@pytest.fixture
async def bridge(asking: Asking) -> Asking:
    await asking.add(replace(asked(BRIDGE[0], "ann"), id=_ANNS), asked(BRIDGE[1], "ben"))
    return asking


async def test_the_next_page_is_of_the_same_insights(bridge: Asking) -> None:
    first = await bridge.insights(server=1)
    assert await bridge.insights(server=1) is first


@pytest.mark.parametrize(
    "other", [{"days": 7}, {"server": 2}, {"server": 1, "channels": frozenset({7})}]
)
async def test_others_see_what_is_theirs(bridge: Asking, other: dict[str, Any]) -> None:
    first = await bridge.insights(server=1)
    assert await bridge.insights(**other) is not first
    assert await bridge.insights(server=1) is first


async def _one_more(asking: Asking) -> None:
    await asking.add(asked(PERU, "eve", answered=False))


async def _one_forgotten(asking: Asking) -> None:
    await asking.store.receipts.forget(_ANNS)


async def _forgotten_by_another_program(asking: Asking) -> None:
    with sqlite3.connect(asking.store.name) as other:
        other.execute("DELETE FROM receipts WHERE id = ?", (_ANNS,))
    other.close()


@pytest.mark.parametrize("change", [_one_more, _one_forgotten, _forgotten_by_another_program])
async def test_after_a_change_they_are_made_anew(
    bridge: Asking, change: Callable[[Asking], Any]
) -> None:
    before = await bridge.insights()
    await change(bridge)
    after = await bridge.insights()
    assert after.totals.asked != before.totals.asked


async def test_they_are_kept_for_a_minute_and_only_some_of_them(bridge: Asking) -> None:
    made: Insights = await bridge.insights()
    clock = Clock()
    views = InsightsViews(clock)
    views.add("first", 1, made)
    clock.now += 59
    assert views.get("first", 1) is made
    clock.now += 2
    assert views.get("first", 1) is None
    for number in range(9):
        views.add(number, 1, made)
    assert [views.get(number, 1) is made for number in range(9)] == [False, *[True] * 8]
