"""Questions that a shutdown interrupts: each gets one line and a button, which works after it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.discord.client import DealbotClient
from tests.discord.conftest import ANSWERED, OpenRuntime, connected
from tests.discord.test_load import gated, is_answer, until
from tests.fake_discord import Channel, FakeDiscord, Message, User
from tests.hang_guard import HANG_S

_LINE = "The bot is restarting and could not answer this"


@pytest.fixture
def town(fake: FakeDiscord) -> Channel:
    return fake.guild("Harbour").general


@asynccontextmanager
async def shut_down(
    opened_runtime: OpenRuntime, fake: FakeDiscord, at: Channel
) -> AsyncIterator[None]:
    """Run a bot that has a question in work during the block, and that shuts down at its end. The
    question in work is answered after all others are refused."""
    async with gated(opened_runtime, fake) as (gate, requests):
        first = await fake.slash(fake.user("Zoe"), "ask", {"question": "First?"}, channel=at)
        await until(lambda: bool(gate.batches))
        yield
        await until(lambda: requests.service.waiting == 1)
        closing = asyncio.create_task(requests.close(0, HANG_S))
        await fake.until(lambda: any(_LINE in each.text for each in fake.messages(at)), _LINE)
        gate.open()
        assert is_answer(await first.final())
        assert _LINE not in (await first.final()).text
        await closing


@asynccontextmanager
async def restarted(opened_runtime: OpenRuntime, fake: FakeDiscord) -> AsyncIterator[DealbotClient]:
    async with opened_runtime() as runtime, connected(runtime, fake) as client:
        yield client


async def refused_and_answered(fake: FakeDiscord, shown: Message, asker: User) -> Message:
    """Press the button as another user, who is refused, and as the asker; return the message."""
    other = await fake.click(shown, "Ask again", fake.user("Ben"))
    assert "Only the person who asked" in (await other.response()).content
    await (await fake.click(shown, "Ask again", asker)).final()
    return shown


@pytest.mark.parametrize(("as_of", "known"), [({}, True), ({"as_of": "5 January 2026"}, False)])
async def test_a_command_is_asked_again_with_its_text_and_its_day(
    opened_runtime: OpenRuntime,
    fake: FakeDiscord,
    town: Channel,
    as_of: dict[str, str],
    known: bool,
) -> None:
    """Nothing was known before the articles were published."""
    ann, given = fake.user("Ann"), {"question": f"  {ANSWERED}\n*Please*, @everyone!", **as_of}
    async with shut_down(opened_runtime, fake, town):
        asked = await fake.slash(ann, "ask", given, channel=town)
    [shown] = asked.answers
    assert shown.embed["footer"]["text"] == f"{ANSWERED} *Please*, @everyone!"
    async with restarted(opened_runtime, fake):
        again = await refused_and_answered(fake, shown, ann)
        assert ("$12.5 million" in again.text) is known
        assert _LINE not in again.text
        assert asked.answers == [again]


async def test_a_message_is_asked_again_as_it_is_now(
    opened_runtime: OpenRuntime, fake: FakeDiscord, town: Channel
) -> None:
    ann = fake.user("Ann")
    async with shut_down(opened_runtime, fake, town):
        await fake.say(ann, town, ANSWERED, mention_bot=True)
    shown = next(each for each in fake.messages(town) if _LINE in each.text)
    assert "footer" not in shown.embed
    async with restarted(opened_runtime, fake):
        again = await refused_and_answered(fake, shown, ann)
        assert "$12.5 million" in again.text
        assert _LINE not in again.text
