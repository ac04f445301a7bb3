"""The global rate limit: it passes, and the bot sends messages again."""

from bot.discord.client import DealbotClient
from tests.discord.conftest import ANSWERED
from tests.fake_discord import FakeDiscord


async def test_a_global_limit_that_typing_meets_passes(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    """discord.py lifts the limit in the request that met it. If that request were cancelled once
    the answer is there, the bot could never send a message again."""
    harbour = fake.guild("Harbour")
    limit = fake.faults.rate_limit("POST /channels/*/typing", 1.0, scope="global")
    await fake.say(fake.user("Ann"), harbour.general, ANSWERED, mention_bot=True)
    assert "$12.5 million" in (await fake.next_message(harbour.general)).text
    assert limit.met == 1
