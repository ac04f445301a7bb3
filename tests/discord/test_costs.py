"""The cost of a model, stored under the Discord user who asked."""

import json

from bot.wording.answers import put_in_words
from tests.discord.conftest import ANSWERED, OpenRuntime, ask, connected
from tests.fake_discord import FakeDiscord
from tests.llm import ScriptedEndpoint, says

NOTHING = json.dumps({"answerable": False, "sentences": []})


async def test_who_asks_pays_and_can_see_it(fake: FakeDiscord, opened_runtime: OpenRuntime) -> None:
    ann, bob, here = fake.user("Ann"), fake.user("Bob"), fake.guild("Harbour").general
    async with ScriptedEndpoint() as endpoint:
        endpoint.always(says(NOTHING, output_tokens=5_000))
        capped = {"llm_base_url": endpoint.url, "llm_tokens_per_user_per_day": 3_000}
        for _ in range(2):  # also after a restart
            async with (
                opened_runtime(llm_model="scripted", **capped) as runtime,
                connected(runtime, fake),
            ):
                await ask(fake, ann, here, ANSWERED)
                [kept] = (await runtime.store.people.export(ann.id, put_in_words)).usage
                assert kept.output_tokens == 5_000
                assert (await runtime.store.people.export(bob.id, put_in_words)).usage == ()
        assert len(endpoint.requests) == 1
