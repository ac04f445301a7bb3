"""Listeners of new generations: called in turn, merged while busy, and harmless if they fail."""

import asyncio
import logging
from itertools import pairwise
from pathlib import Path

import pytest

from bot.config.settings import Settings
from bot.domain.errors import StoreError
from bot.rebuild.publication_events import Publication, PublicationEvents
from bot.rebuild.rebuilder import Rebuilder
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.errors import ExpectedError
from index.generations.live import LiveIndex
from index.progress import NoProgress


@pytest.fixture
def settings(encoder: Encoder, encoder_home: Path, tmp_path: Path) -> Settings:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "bridge.txt").write_text("The bridge costs 40 million euros.")
    build_index([articles], tmp_path / "index", encoder, NoProgress())
    return Settings(articles=(articles,), index=tmp_path / "index", encoders=encoder_home)


def write(settings: Settings, text: str) -> None:
    (settings.articles[0] / "bridge.txt").write_text(text)


async def test_a_rebuild_and_a_rollback_are_announced_with_both_generations(
    settings: Settings,
) -> None:
    live, seen = LiveIndex(settings.index, settings.encoders), list[Publication]()

    async def listen(publication: Publication) -> None:
        assert live.current is publication.after  # it answers already
        seen.append(publication)

    first = live.current
    async with Rebuilder(live, settings) as rebuilder:
        rebuilder.on_published.add(listen)
        write(settings, "The bridge costs 50 million euros.")
        await rebuilder.rebuild(NoProgress())
        await rebuilder.on_published.settled()
        second = live.current
        await rebuilder.rollback()
        await rebuilder.on_published.settled()
    assert [(each.before, each.after) for each in seen[:1]] == [(first, second)]
    assert (seen[1].before, seen[1].after) == (second, live.current)


async def test_a_failed_rebuild_is_not_announced(settings: Settings) -> None:
    live, seen = LiveIndex(settings.index, settings.encoders), list[Publication]()

    async def listen(publication: Publication) -> None:
        seen.append(publication)

    async with Rebuilder(live, settings) as rebuilder:
        rebuilder.on_published.add(listen)
        (settings.articles[0] / "bridge.txt").unlink()
        with pytest.raises(ExpectedError):
            await rebuilder.rebuild(NoProgress())
        await rebuilder.on_published.settled()
    assert seen == []


async def test_a_listener_that_fails_is_logged_and_the_next_one_runs(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    live, events, called = LiveIndex(settings.index, settings.encoders), PublicationEvents(), []

    async def breaks(_: Publication) -> None:
        raise RuntimeError("a bug")

    async def fails(_: Publication) -> None:
        raise StoreError("the disk is full")

    async def works(_: Publication) -> None:
        called.append(True)

    for listener in (breaks, fails, works):
        events.add(listener)
    with caplog.at_level(logging.WARNING):
        events.announce(Publication(None, live.current))
        await events.settled()
    assert called == [True]
    assert "in a listener of new generations" in caplog.text
    assert "the disk is full" in caplog.text


async def test_publications_during_a_slow_listener_are_one(settings: Settings) -> None:
    live, events, seen = LiveIndex(settings.index, settings.encoders), PublicationEvents(), []
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slow(publication: Publication) -> None:
        seen.append(publication)
        entered.set()
        await go_on.wait()

    events.add(slow)
    generations = [live.reload() for _ in range(4)]
    for before, after in pairwise(generations):
        events.announce(Publication(before, after))
        if not seen:
            await entered.wait()
    go_on.set()
    await events.settled()
    first, second, third, fourth = generations
    assert seen == [Publication(first, second), Publication(second, fourth)]
    assert third is not fourth


async def test_closing_ends_a_listener(settings: Settings) -> None:
    live, events = LiveIndex(settings.index, settings.encoders), PublicationEvents()
    entered, cancelled = asyncio.Event(), asyncio.Event()

    async def endless(_: Publication) -> None:
        entered.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    events.add(endless)
    events.announce(Publication(None, live.current))
    await entered.wait()
    await events.close()
    assert cancelled.is_set()
