"""Delivery of answers: an answer arrives once, whatever fails; a refused one is not sent again."""

from datetime import timedelta
from time import monotonic

import pytest

from bot.discord import delivery as delivering
from bot.discord.client import DealbotClient
from tests.discord.conftest import ANSWERED
from tests.fake_discord import FakeDiscord, Fault, Invocation

FINAL = "PATCH /webhooks/*/messages/@original"
SEND = "POST /channels/*/messages"


async def ask(fake: FakeDiscord) -> Invocation:
    return await fake.slash(
        fake.user(), "ask", {"question": ANSWERED}, channel=fake.guild().general
    )


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FINAL, times=2, drop=True),
        Fault(FINAL, times=2, drop=True, after=True),
        Fault(FINAL, status=503),
        Fault(FINAL, status=503, after=True),
        Fault(FINAL, status=500),
        Fault(FINAL, status=429, retry_after_s=0.5),
        # More often than discord.py itself retries.
        Fault(FINAL, times=7, status=429, retry_after_s=0.05),
    ],
    ids=["dropped", "done and dropped", "503", "done and 503", "500", "429", "many 429"],
)
async def test_the_final_answer_is_sent_again(
    dealbot: DealbotClient, fake: FakeDiscord, fault: Fault
) -> None:
    fake.faults.arm(fault)
    asked = await ask(fake)
    answer = await asked.final()
    await fake.until(lambda: fault.met == fault.times, "all faults")
    await dealbot.runtime.requests.close(10)  # also waits for the work that follows the answer
    assert "$12.5 million" in answer.text
    assert asked.answers == [answer]
    assert await dealbot.runtime.store.receipts.of_message(answer.id)


async def test_the_wait_that_discord_asks_for(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    fault = fake.faults.rate_limit(FINAL, 1.5)
    asked = await ask(fake)
    await asked.final()
    assert fault.met == 1
    assert asked.shown_after_s is not None
    assert asked.shown_after_s >= 1.5


async def test_it_is_given_up_once_the_token_expires(
    dealbot: DealbotClient, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "_TOKEN_LIFE", timedelta(seconds=32))
    fault = fake.faults.drop(FINAL, times=float("inf"))
    began = monotonic()
    await ask(fake)
    await fake.faults.entered(fault, 3)
    await dealbot.runtime.requests.close(10)  # returns as soon as the last request has ended
    assert monotonic() - began < 5


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FINAL, status=400),
        Fault(FINAL, status=404),
        # A ban by Cloudflare, which counts further requests.
        Fault(FINAL, status=429, retry_after_s=0.1, via=False),
    ],
    ids=["400", "404", "a ban"],
)
async def test_what_is_refused_is_not_sent_again(
    dealbot: DealbotClient, fake: FakeDiscord, fault: Fault
) -> None:
    """The bot reports the refusal instead, and this second message succeeds."""
    fake.faults.arm(fault)
    asked = await ask(fake)
    assert "$12.5 million" not in (await asked.final()).text
    assert fault.met == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(SEND, times=2, drop=True),
        Fault(SEND, times=2, drop=True, after=True),
        Fault(SEND, times=2, status=503),
        Fault(SEND, times=2, status=503, after=True),
        Fault(SEND, status=500, after=True),
        Fault(SEND, status=429, retry_after_s=0.2, scope="global"),
    ],
    ids=["dropped", "done and dropped", "503", "done and 503", "done and 500", "429"],
)
async def test_a_reply_is_posted_once(
    dealbot: DealbotClient, fake: FakeDiscord, fault: Fault
) -> None:
    general, ann = fake.guild().general, fake.user("Ann")
    fake.faults.arm(fault)
    await fake.say(ann, general, ANSWERED, mention_bot=True)
    reply = await fake.next_message(general)
    await fake.until(lambda: fault.met == fault.times, "all faults")
    await dealbot.runtime.requests.close(10)
    assert "$12.5 million" in reply.text
    assert [m for m in fake.messages(general) if m.author is fake.world.bot] == [reply]
    assert await dealbot.runtime.store.receipts.of_message(reply.id)


async def test_limits_that_discord_announces(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    """The bot waits ahead of time, so that Discord hardly has to refuse.

    It is not never: discord.py 2.7 lets one request too many through if it starts just while the
    first response of a window is read. A bot that ignores the headers is refused four times."""
    bucket = fake.buckets.limit(SEND, 2, 1.0)
    general = fake.guild().general
    for _ in range(10):
        await fake.say(fake.user(), general, ANSWERED, mention_bot=True)
    for _ in range(10):
        assert "$12.5 million" in (await fake.next_message(general)).text
    assert bucket.exceeded <= 2
