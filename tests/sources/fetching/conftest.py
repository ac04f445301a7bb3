"""Fixtures of the fetcher's tests."""

from collections.abc import AsyncIterator

import pytest

from bot.sources.fetching.fetcher import Fetcher
from tests.sources.fetching.site import LIMITS, InstantClock, Site


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site() as site:
        yield site


@pytest.fixture
def clock() -> InstantClock:
    return InstantClock()


@pytest.fixture
async def fetcher(clock: InstantClock) -> AsyncIterator[Fetcher]:
    """Return a fetcher that reaches loopback and waits in no time."""
    async with Fetcher(LIMITS, allow_private=True, clock=clock) as fetcher:
        yield fetcher
