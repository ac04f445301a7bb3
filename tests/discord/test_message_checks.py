"""/check, and the context menu command that checks a message against the articles."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord.client import DealbotClient
from bot.discord.rendering.checks import check_pages
from bot.domain.claims import Check, CheckedSentence, FindingKind, Piece, Reason, Standing
from tests.bot.test_differences_shown import citation
from tests.discord.conftest import OpenRuntime, button_id, connected
from tests.discord.discord_markdown import read
from tests.discord.hostile import hostile
from tests.discord.sendable import check_sendable
from tests.fake_discord import FakeDiscord, Invocation, Message

_MENU = "Check against the articles"
_TEXT = (
    "The harbour bridge in Tarn will close on 4 May 2031. The repair will cost $13 million. "
    "Bananas are yellow."
)


async def _result(fake: FakeDiscord, used: Invocation) -> Message:
    """Wait for the result. On a busy machine a notice of the wait comes first."""
    shown = await used.final()
    await fake.until(lambda: shown.embeds, "the result")
    return shown


async def test_each_sentence_is_marked(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    message = await fake.say(bob, harbour.general, _TEXT)
    asked = await fake.context_menu(ann, _MENU, message)
    answer = await _result(fake, asked)
    assert answer.embed["title"] == "3 sentences: 1 supported, 1 contradicted, 1 not found"
    shown = answer.embed["description"]
    assert "**Supported:** The harbour bridge in Tarn will close on 4 May 2031." in shown
    assert "“$13 million” here, “$12.5 million” in the article" in shown
    assert "**Not found:** Bananas are yellow." in shown
    assert asked.ephemeral


async def test_a_forwarded_message_is_checked_and_asked_about(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    claim = await fake.say(bob, harbour.general, "The repair will cost $13 million.")
    forwarded = await fake.forward(ann, harbour.general, claim)
    checked = await _result(fake, await fake.context_menu(ann, _MENU, forwarded))
    assert "“$13 million” here, “$12.5 million” in the article" in checked.embed["description"]
    question = await fake.say(bob, harbour.general, "When will the harbour bridge close?")
    forwarded = await fake.forward(ann, harbour.general, question)
    menu = "Ask the articles about this"
    answer = await _result(fake, await fake.context_menu(ann, menu, forwarded))
    assert "4 May 2031" in answer.text


async def test_a_message_that_is_only_an_embed_is_checked(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    news = {"title": "Bridge news", "description": "The repair will cost $13 million."}
    message = await fake.say(bob, harbour.general, "", embeds=[news])
    checked = await _result(fake, await fake.context_menu(ann, _MENU, message))
    assert "$13 million" in checked.embed["description"]


async def test_a_check_is_private_and_can_be_shown_to_everyone(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    private = await fake.slash(ann, "check", {"text": _TEXT}, channel=harbour.general)
    checked = await _result(fake, private)
    assert checked.seen_by is ann
    assert fake.messages(harbour.general) == []
    shown = await (await fake.click(checked, "Show to everyone", ann)).followup()
    assert fake.messages(harbour.general) == [shown]
    assert shown.embeds == checked.embeds
    assert not shown.buttons
    [button] = checked.buttons
    assert button["disabled"]
    options = {"text": _TEXT, "public": True}
    used = await fake.slash(ann, "check", options, channel=harbour.general)
    public = await _result(fake, used)
    assert fake.messages(harbour.general) == [shown, public]


async def test_a_check_that_could_not_be_shown_can_be_shown_later(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    private = await fake.slash(ann, "check", {"text": _TEXT}, channel=harbour.general)
    checked = await _result(fake, private)
    fake.faults.fail("POST /webhooks/*", 403)
    told = await (await fake.click(checked, "Show to everyone", ann)).followup()
    assert told.ephemeral
    await fake.until(lambda: not checked.buttons[0].get("disabled"), "a button")
    assert fake.messages(harbour.general) == []
    shown = await (await fake.click(checked, "Show to everyone", ann)).followup()
    assert fake.messages(harbour.general) == [shown]


def test_a_contradicted_claim_stands_above_the_sentence_of_the_article() -> None:
    claim, said = "The bridge costs $9 million.", "The bridge costs $8 million."
    cited = citation(1, said)
    sentence = CheckedSentence(
        start=0,
        end=len(claim),
        text=claim,
        standing=Standing.CONTRADICTED,
        score=0.1,
        citations=(cited,),
    )
    check = Check(id="c", text=claim, sentences=(sentence,), generation="g-1", elapsed_ms=1.0)
    (page,) = check_pages(check)
    assert page.title == "1 sentence: 1 contradicted"
    lines = (page.description or "").splitlines()
    assert lines[0].endswith(f"**Contradicted:** {claim}")
    assert lines[1] == rf"> {said} \[1\]"


async def test_a_check_whose_pages_are_no_longer_held_says_so(
    fake: FakeDiscord, opened_runtime: OpenRuntime
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    async with opened_runtime() as runtime, connected(runtime, fake):
        used = await fake.slash(ann, "check", {"text": _TEXT}, channel=harbour.general)
        checked = await _result(fake, used)
    async with opened_runtime() as runtime, connected(runtime, fake):
        told = await (await fake.click(checked, "Show to everyone", ann)).response()
        assert "check the text again" in told.content


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


async def test_every_sentence_of_a_long_message_is_on_a_page(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    text = " ".join(f"The harbour bridge costs ${number} million." for number in range(20, 50))
    message = await fake.say(ann, harbour.general, text)
    answer = await _result(fake, await fake.context_menu(ann, _MENU, message))
    read_ = [answer.embed["description"]]
    while "Next ▶" in [button["label"] for button in answer.buttons]:
        await (await fake.click(answer, "Next ▶", ann)).final()
        read_.append(answer.embed["description"])
    assert len(read_) > 2
    assert all(f"${number} million" in "".join(read_) for number in range(20, 50))
    shown = await (await fake.click(answer, "Show to everyone", ann)).followup()
    copy = await (await fake.click(shown, "Next ▶", bob)).final()
    assert copy.seen_by is bob
    assert "Page 1 of" in shown.text


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
    shown = check_pages(check)
    for embed in shown:
        check_sendable(embed)
        acted_on = {kind for kind, _ in read(embed.description or "").acted_on}
        assert acted_on <= {"bold", "subtext"}


async def test_a_check_shown_to_everyone_is_in_the_language_of_the_server(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    ann.locale = "de"
    used = await fake.slash(ann, "check", {"text": _TEXT}, channel=harbour.general)
    checked = await _result(fake, used)
    shown = await (await fake.click(checked, button_id(checked, "share:"), ann)).followup()
    assert shown.embed["title"] == "3 sentences: 1 supported, 1 contradicted, 1 not found"
    assert checked.embed["title"] != shown.embed["title"]
