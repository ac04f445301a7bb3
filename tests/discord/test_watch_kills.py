"""A bot that is killed at every step of a message about a watch: the message arrives once."""

import asyncio
from pathlib import Path

import pytest

from bot.store import Store
from tests.discord.stories import DEARER, Story, story, watch
from tests.discord.test_runner import Started, started
from tests.fake_discord import FakeDiscord
from tests.fake_discord.faults import Fault

PATIENCE_S = 60.0  # processes start slowly on a busy machine

__all__ = ["started", "story"]  # fixtures


async def ready(fake: FakeDiscord) -> None:
    await fake.until(lambda: fake.world.syncs and fake.gateway.live, "a bot", PATIENCE_S)


async def sending(fake: FakeDiscord, lost: Fault) -> None:
    await fake.until(lambda: lost.met, "a message", PATIENCE_S)


async def told(path: Path) -> bool:
    """Return whether no message is left to send, read beside the bot."""
    async with Store.open(path, exclusive=False) as store:
        return not await store.watches.outgoing()


@pytest.mark.slow
async def test_a_kill_loses_no_message_and_repeats_none(
    started: Started, story: Story, tmp_path: Path
) -> None:
    fake, ann = story.fake, story.fake.user("Ann")
    here, store = fake.guild("Tarn").general, tmp_path / "dealbot.sqlite"
    flags = ("--index", story.index, "--articles", story.articles)
    async with started(*flags) as bot:
        await ready(fake)
        assert "$12.5 million" in (await watch(fake, ann, here)).text
        await bot.kill()
    story.build(harbour=DEARER)  # the new answer is found by the next process
    with fake.violations.expected("ping"):
        for arrives in (False, True):
            lost = Fault("POST /channels/*/messages", float("inf"), drop=True, after=arrives)
            fake.faults.arm(lost)
            async with started(*flags) as bot:
                await sending(fake, lost)
                await bot.kill()
            fake.faults.disarm(lost)
            assert len(story.sent(here)) == arrives
            assert not await told(store)
        async with started(*flags) as bot:
            await ready(fake)
            await fake.until(lambda: story.sent(here), "a message", PATIENCE_S)
            for _ in range(100):
                if await told(store):
                    break
                await asyncio.sleep(0.1)
            assert await told(store)
            await bot.kill()
    [message] = story.sent(here)
    assert "Now: $14 million" in message.text
