"""A limit on everything at once passes, and the bot speaks again."""

from bot.discord.client import DealbotClient
from tests.discord.conftest import ANSWERED
from tests.fake_discord import FakeDiscord


async def test_a_global_limit_that_typing_meets_passes(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    """discord.py lifts it in the request that met it: were that one cancelled when the answer is
    there, no message would ever be sent again."""
    harbour = fake.guild("Harbour")
    limit = fake.faults.rate_limit("POST /channels/*/typing", 1.0, scope="global")
    await fake.say(fake.user("Ann"), harbour.general, ANSWERED, mention_bot=True)
    assert "$12.5 million" in (await fake.next_message(harbour.general)).text
    assert limit.met == 1
