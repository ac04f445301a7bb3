"""/ask with a date: the answer is what was known then."""

import pytest

from bot.discord.client import DealbotClient
from tests.discord.conftest import ANSWERED, receipt_id
from tests.fake_discord import FakeDiscord


async def test_articles_published_later_are_not_cited(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    options = {"question": ANSWERED, "as_of": "March 2020"}
    asked = await fake.slash(ann, "ask", options, channel=harbour.general)
    answer = await asked.final()
    assert answer.embed["title"] == "As of 31 Mar 2020, the articles didn't say."
    kept = await dealbot.runtime.store.receipts.get(receipt_id(answer))
    assert kept is not None
    assert kept.question is not None
    assert kept.question.as_of == "2020-03-31"
    assert kept.question.asked


async def test_the_limit_is_shown_above_the_answer(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    options = {"question": "What got a new roof of copper?", "as_of": "2020-03-01"}
    asked = await fake.slash(ann, "ask", options, channel=harbour.general)
    assert "-# As of 1 Mar 2020" in (await asked.final()).embed["description"]


@pytest.mark.parametrize(
    ("as_of", "told"), [("soon", "not one date"), ("2999-01-01", "in the future"), (" ", "")]
)
async def test_a_date_that_cannot_be_used_is_refused_privately(
    dealbot: DealbotClient, fake: FakeDiscord, as_of: str, told: str
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    options = {"question": ANSWERED, "as_of": as_of}
    asked = await fake.slash(ann, "ask", options, channel=harbour.general)
    answer = await asked.final()
    if not told:
        assert answer.embed["title"].startswith("$12.5 million")
        return
    assert told in answer.content
    assert asked.ephemeral
