"""The context menu command that checks a message against the articles."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord.client import DealbotClient
from bot.discord.rendering.checks import check_embeds
from bot.domain.claims import Check, CheckedSentence, FindingKind, Piece, Reason, Standing
from bot.store.settings import ServerSettings
from tests.discord.discord_markdown import read
from tests.discord.hostile import hostile
from tests.discord.sendable import check_sendable
from tests.fake_discord import FakeDiscord

_MENU = "Check against the articles"
_TEXT = (
    "The harbour bridge in Tarn will close on 4 May 2031. The repair will cost $13 million. "
    "Bananas are yellow."
)


async def test_each_sentence_is_marked(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    message = await fake.say(bob, harbour.general, _TEXT)
    asked = await fake.context_menu(ann, _MENU, message)
    answer = await asked.final()
    assert answer.embed["title"] == "1 of 3 sentences supported by the articles"
    shown = answer.embed["description"]
    assert "**Supported:** The harbour bridge in Tarn will close on 4 May 2031." in shown
    assert "“$13 million” here, “$12.5 million” in the article" in shown
    assert "**Not found:** Bananas are yellow." in shown
    assert not asked.ephemeral


async def test_privately_where_the_server_says_so(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    await dealbot.runtime.store.settings.change(harbour.id, lambda _: ServerSettings(private=True))
    message = await fake.say(ann, harbour.general, _TEXT)
    asked = await fake.context_menu(ann, _MENU, message)
    await asked.final()
    assert asked.ephemeral


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "no text to check"), ("It closes. " * 31, "The text has 31 sentences")],
)
async def test_what_cannot_be_checked_is_refused_privately(
    dealbot: DealbotClient, fake: FakeDiscord, text: str, told: str
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    message = await fake.say(ann, harbour.general, text)
    asked = await fake.context_menu(ann, _MENU, message)
    assert told in (await asked.final()).content
    assert asked.ephemeral


async def test_a_long_message_is_shown_as_far_as_it_fits(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    text = " ".join(f"The harbour bridge costs ${number} million." for number in range(20, 50))
    message = await fake.say(ann, harbour.general, text)
    answer = await (await fake.context_menu(ann, _MENU, message)).final()
    # Thirty claims may take over a second on a busy machine: a notice is then edited in first.
    await fake.until(lambda: len(answer.embeds) == 2, "two pages")
    assert "are shown: check the rest separately" in answer.embeds[0]["footer"]["text"]


async def test_what_a_message_says_is_shown_and_not_acted_on(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    hostile = f"The bridge costs $9 @everyone {ann.mention} **[x](https://evil.example)** \u202e"
    message = await fake.say(ann, harbour.general, hostile)
    answer = await (await fake.context_menu(ann, _MENU, message)).final()
    reading = read(answer.embed["description"])
    assert not reading.all("mention")
    assert not any("evil.example" in link for link in reading.all("link"))
    assert "\u202e" not in answer.text
    assert not answer.pings


@settings(max_examples=30, deadline=None)
@given(hostile, st.sampled_from(FindingKind), st.sampled_from(Standing))
def test_any_text_is_inert_and_fits(text: str, kind: FindingKind, standing: Standing) -> None:
    piece = Piece(start=0, end=len(text), text=text)
    reasons = [
        Reason(kind=kind, in_text=piece),
        Reason(kind=FindingKind.HEDGE, in_article=piece, citation=1),
        Reason(kind=kind, in_text=piece, in_article=piece, citation=1),
    ]
    sentence = CheckedSentence(
        start=0, end=len(text), text=text, standing=standing, score=0.5, reasons=tuple(reasons)
    )
    check = Check(id="c", text=text, sentences=(sentence,) * 30, generation="g-1", elapsed_ms=1.0)
    shown = check_embeds(check)
    assert sum(len(embed) for embed in shown) <= 6000 * 0.95
    for embed in shown:
        check_sendable(embed)
        acted_on = {kind for kind, _ in read(embed.description or "").acted_on}
        assert acted_on <= {"bold", "subtext"}
