"""A strict Discord for tests: REST and gateway over real sockets on the loopback address.

A test uses the fixture `fake` of tests/discord/conftest.py. It connects discord.py to the fake
and asserts at the end that the bot broke no rule::

    async def test_ask(fake: FakeDiscord) -> None:
        harbour, ann = fake.guild("Harbour"), fake.user("Ann")
        async with running(MyClient(), fake):          # tests/discord/conftest.py
            asked = await fake.slash(ann, "ask", {"question": "Who?"}, channel=harbour.general)
            answer = await asked.final()               # once "thinking" is over
            assert answer.embed["description"] == "Ann"
            assert asked.ephemeral
            clicked = await fake.click(answer, "[1]", ann)   # by label or custom id
            await clicked.response()

            await fake.say(ann, harbour.general, "who?", mention_bot=True)
            reply = await fake.next_message(harbour.general)

            fake.gateway.reconnect()                   # op 7
            await fake.gateway.resumed()
            fake.faults.fail("PATCH /webhooks/*/messages/@original", 503, times=2)
            with fake.violations.expected("late ack"):
                ...

The fake never sleeps: it waits for events, ten seconds at most. `fake.clock.advance(901)` ages
everything by 901 seconds, past its deadlines. To assert that a bot stays silent, wait for
`gateway.caught_up()`: the bot has then read everything sent so far.

`python -m tests.fake_discord` runs it as a process of its own, controlled through `Remote`;
`tests/fake_discord/run_bot.py` runs `dealbot` against one.
"""

from tests.fake_discord.errors import ApiError, Violation, Violations
from tests.fake_discord.fake import TOKEN, FakeDiscord
from tests.fake_discord.faults import Fault
from tests.fake_discord.interactions import Invocation
from tests.fake_discord.messages import Message
from tests.fake_discord.people import EVERYONE, Member, Role, User
from tests.fake_discord.places import Channel, Guild, Overwrite
from tests.fake_discord.redirect import pointed

__all__ = [
    "EVERYONE",
    "TOKEN",
    "ApiError",
    "Channel",
    "FakeDiscord",
    "Fault",
    "Guild",
    "Invocation",
    "Member",
    "Message",
    "Overwrite",
    "Role",
    "User",
    "Violation",
    "Violations",
    "pointed",
]
