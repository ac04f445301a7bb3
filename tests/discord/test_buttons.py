"""The buttons under an answer: who may press them, and what each user sees."""

import shutil
from functools import partial
from pathlib import Path

import pytest

from bot.discord.client import DealbotClient
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.progress import NoProgress
from tests.discord.conftest import (
    ANSWERED,
    NOT_ANSWERED,
    OpenRuntime,
    ask,
    button_id,
    connected,
    menu_of,
    pick,
    receipt_id,
    with_old_buttons,
)
from tests.fake_discord import FakeDiscord, Invocation, Message, User
from tests.fake_discord.interactions import DEFER_UPDATE
from tests.store.outside import votes_on

_LONG = "What does the Tarn archive list?"
_BRANDT = "Mayor Ilse Brandt said that the repair will cost $12.5 million."


async def press(fake: FakeDiscord, answer: Message, beginning: str, person: User) -> Invocation:
    return await fake.click(answer, button_id(answer, beginning), person)


async def test_a_quote_is_shown_in_its_context_to_whoever_clicks(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    clicked = await fake.click(answer, "Context", bob)
    shown = await clicked.response()
    assert shown.seen_by is bob
    assert f"**{_BRANDT}**" in shown.embed["description"]
    assert "The harbour bridge in Tarn will close on 4 May 2031." in shown.embed["description"]
    assert "She expects it to last two years." in shown.embed["description"]
    assert shown.embed["title"] == "Harbour bridge to close"
    assert fake.messages(harbour.general) == [answer]


async def test_the_closest_sentences_of_an_abstention_have_their_context_too(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    answer = await ask(fake, ann, harbour.general, NOT_ANSWERED)
    first = await (await fake.click(answer, "Closest sentence", ann)).response()
    third = await (await pick(fake, answer, "cite.3", ann)).response()
    assert first.embeds
    assert third.embeds
    assert first.embeds != third.embeds


async def test_more_evidence_goes_on_where_the_answer_ends(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    clicked = await pick(fake, answer, "more", bob)
    more = await clicked.final()
    assert more.seen_by is bob
    assert r"\[2\]" in more.embed["description"]
    assert r"\[1\]" not in more.embed["description"]
    assert _BRANDT not in more.text
    assert "score" in more.text


async def test_a_vote_is_one_a_person_and_changeable(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    counts = partial(votes_on, dealbot.runtime.store)
    for person, vote, said, counted in (
        (ann, "up", "Noted: helpful.", (1, 0)),
        (bob, "up", "Noted: helpful.", (2, 0)),
        (bob, "down", "Noted: not helpful.", (1, 1)),
        (bob, "down", "Your vote was removed.", (1, 0)),
    ):
        found = button_id(answer, f"vote:{receipt_id(answer)}:{vote}")
        told = await (await fake.click(answer, found, person)).final()
        assert told.content == said
        assert told.seen_by is person
        assert await counts(receipt_id(answer)) == counted


async def test_who_asked_deletes_the_answer_and_what_is_kept_of_it(
    keeping: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    typing = {"question": ""}
    assert await fake.autocomplete(ann, "ask", typing, "question", channel=harbour.general)
    await pick(fake, answer, "drop", ann)
    await fake.until(lambda: answer.deleted)
    await keeping.runtime.requests.close(5)  # wait until the request is finished
    assert await keeping.runtime.store.receipts.get(receipt_id(answer)) is None
    assert not await fake.autocomplete(ann, "ask", typing, "question", channel=harbour.general)


@pytest.mark.parametrize("after", [False, True])
async def test_deleting_goes_on_through_a_lost_connection(
    dealbot: DealbotClient, fake: FakeDiscord, after: bool
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    fake.faults.drop("DELETE /channels/*/messages/*", after=after)
    clicked = await pick(fake, answer, "drop", ann)
    await fake.until(lambda: answer.deleted)
    await dealbot.runtime.requests.close(5)  # wait until the request is finished
    assert await dealbot.runtime.store.receipts.get(receipt_id(answer)) is None
    assert [said.content for said in clicked.answers] == []


async def test_a_reply_can_be_deleted_too(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    asked = await fake.say(ann, harbour.general, ANSWERED, mention_bot=True)
    answer = await fake.next_message(harbour.general)
    await pick(fake, answer, "drop", ann)
    await fake.until(lambda: answer.deleted)
    assert fake.messages(harbour.general) == [asked]


async def test_a_moderator_deletes_and_others_do_not(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann, bob, mod = fake.guild("Harbour"), *map(fake.user, ("Ann", "Bob", "Mod"))
    fake.join(harbour, mod, fake.role(harbour, "mods", manage_messages=True))
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    with pytest.raises(LookupError):
        await pick(fake, answer, "drop", bob)
    with_old_buttons(answer, dealbot.runtime.store.signer)
    refused = await fake.click(answer, "Delete", bob)
    told = await refused.response()
    assert "Only the person who asked, or a moderator" in told.content
    assert told.seen_by is bob
    assert not answer.deleted
    await fake.click(answer, "Delete", mod)
    await fake.until(lambda: answer.deleted)


async def test_pressing_delete_twice_says_nothing_more(
    dealbot: DealbotClient, fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    with_old_buttons(answer, dealbot.runtime.store.signer)
    with fake.faults.hold("DELETE /webhooks/*/messages/@original") as held:
        presses = [await fake.click(answer, "Delete", ann) for _ in range(2)]
        await fake.faults.entered(held, 1)
    await fake.until(lambda: answer.deleted)
    await ask(fake, ann, harbour.general, ANSWERED)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    assert presses[0].answers == []


@pytest.mark.parametrize("keep", [True, False])
async def test_pages_turn_after_a_restart(
    fake: FakeDiscord, opened_runtime: OpenRuntime, long_index: Path, keep: bool
) -> None:
    """Each page shows the question above it, even if the store does not keep questions."""
    harbour, ann, bob = fake.guild("Harbour"), fake.user("Ann"), fake.user("Bob")
    given: dict[str, object] = {"index": long_index, "keep_questions": keep}
    async with opened_runtime(**given) as runtime, connected(runtime, fake):
        answer = await ask(fake, ann, harbour.general, _LONG)
        assert "Page 1 of " in answer.text
    async with opened_runtime(**given) as runtime, connected(runtime, fake):
        first = answer.embed["description"]
        turned = await (await fake.click(answer, "Next ▶", ann)).response()
        assert turned is answer  # edited in place for the asker
        assert "Page 2 of " in answer.text
        assert answer.embed["description"] != first
        await (await fake.click(answer, "◀ Back", ann)).response()
        assert answer.embed["description"] == first

        copy = await (await fake.click(answer, "Next ▶", bob)).response()
        assert copy.seen_by is bob
        assert "Page 2 of " in copy.text
        assert "Page 1 of " in answer.text
        assert [button["label"] for button in copy.buttons] == ["◀ Back", "Next ▶"]
        back = await (await fake.click(copy, "◀ Back", bob)).response()
        assert back is copy
        assert "Page 1 of " in copy.text
        for page in (answer, copy):
            assert page.embed["author"]["name"] == _LONG

        quote = await (await pick(fake, answer, "cite.1", bob)).response()
        assert quote.embeds
        more = await (await pick(fake, answer, "more", bob)).final()
        if keep:
            second = await (await fake.click(more, "Next ▶", bob)).final()
            assert "Page 2 of" in second.text
        else:
            assert "I no longer have this question" in more.content
            why = await fake.slash(
                ann, "why", {"receipt": receipt_id(answer)}, channel=harbour.general
            )
            shown = (await why.final()).embed["description"]
            assert "answered" in shown
            assert "I no longer have this question" in shown


@pytest.mark.parametrize("beginning", ["cite", "more", "vote", "drop", "menu"])
async def test_an_altered_id_is_turned_away(
    dealbot: DealbotClient, fake: FakeDiscord, beginning: str
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    if beginning != "menu":
        with_old_buttons(answer, dealbot.runtime.store.signer)
    [button] = [b for b in answer.buttons if b["custom_id"].startswith(beginning)][:1]
    payload, _, tag = button["custom_id"].rpartition(":")
    button["custom_id"] = f"{payload}:{'A' * len(tag)}"  # as a tampered client could send it
    told = await (await fake.click(answer, button["custom_id"], ann)).response()
    assert "no longer kept" in told.content
    assert told.ephemeral
    assert not answer.deleted
    assert await votes_on(dealbot.runtime.store, receipt_id(answer)) == (0, 0)


@pytest.mark.parametrize("option", ["cite.1", "more", "why", "again", "drop"])
async def test_an_altered_menu_is_turned_away(
    dealbot: DealbotClient, fake: FakeDiscord, option: str
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    other = await ask(fake, ann, harbour.general, ANSWERED)
    shown = await menu_of(fake, answer, ann)
    [menu] = shown.components[0]["components"]
    menu["custom_id"] = menu["custom_id"].replace(str(answer.id), str(other.id))
    told = await (await fake.pick(shown, option, ann)).response()
    assert "no longer kept" in told.content
    assert told.ephemeral
    assert not answer.deleted
    assert not other.deleted


async def test_an_altered_page_of_a_list_is_turned_away(
    fake: FakeDiscord, opened_runtime: OpenRuntime, long_index: Path
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    async with opened_runtime(index=long_index) as runtime, connected(runtime, fake):
        listed = await (await fake.slash(ann, "sources", channel=harbour.general)).final()
        [button] = listed.buttons
        button["custom_id"] = button["custom_id"].replace(":1:", ":7:")
        told = await (await fake.click(listed, button["custom_id"], ann)).response()
        assert "no longer works" in told.content


async def test_the_signature_is_over_the_receipt(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    """The signature of one answer does not open another."""
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    other = await ask(fake, ann, harbour.general, NOT_ANSWERED, private=True)
    [button] = [b for b in answer.buttons if b["custom_id"].startswith("menu")]
    button["custom_id"] = button["custom_id"].replace(receipt_id(answer), receipt_id(other))
    told = await (await fake.click(answer, button["custom_id"], ann)).response()
    assert "no longer kept" in told.content


@pytest.mark.parametrize("beginning", ["cite", "more", "vote", "drop", "menu"])
async def test_a_private_answers_buttons_are_for_its_asker_alone(
    dealbot: DealbotClient, fake: FakeDiscord, beginning: str
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    private = await ask(fake, ann, harbour.general, ANSWERED, private=True)
    if beginning != "menu":
        with_old_buttons(private, dealbot.runtime.store.signer)
    [id_] = [b["custom_id"] for b in private.buttons if b["custom_id"].startswith(beginning)][:1]
    public = await ask(fake, ann, harbour.general, NOT_ANSWERED)
    public.buttons[0]["custom_id"] = id_
    told = await (await fake.click(public, id_, harbour.owner)).response()
    assert "There is no such answer" in told.content
    own = await fake.click(private, id_, ann)
    await own.acknowledged()
    await fake.until(lambda: own.answered or own.ack == DEFER_UPDATE)


async def test_a_private_answer_can_be_deleted(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    private = await ask(fake, ann, harbour.general, ANSWERED, private=True)
    menu = await menu_of(fake, private, ann)
    assert menu is private  # another message could not delete it
    await fake.pick(menu, "drop", ann)
    await fake.until(lambda: private.deleted)


async def test_an_answer_of_another_server_cannot_be_read(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, island = fake.guild("Harbour"), fake.guild("Island")
    ann, bob = fake.user("Ann"), fake.user("Bob")
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    elsewhere = await ask(fake, bob, island.general, NOT_ANSWERED)
    elsewhere.buttons[0]["custom_id"] = button_id(answer, "cite")
    told = await (await fake.click(elsewhere, button_id(answer, "cite"), bob)).response()
    assert "There is no such answer" in told.content


async def test_a_sentence_that_changed_since_is_not_shown(
    fake: FakeDiscord,
    opened_runtime: OpenRuntime,
    town_index: Path,
    encoder: Encoder,
    tmp_path: Path,
) -> None:
    index = tmp_path / "index"
    shutil.copytree(town_index, index)
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    async with opened_runtime(index=index) as runtime, connected(runtime, fake):
        answer = await ask(fake, ann, harbour.general, ANSWERED)
        articles = tmp_path / "changed"
        articles.mkdir()
        (articles / "harbour.md").write_text("The repair of the harbour bridge will be free.\n")
        build_index([articles], index, encoder, NoProgress())
        runtime.live.reload()
        told = await (await fake.click(answer, "Context", ann)).response()
        assert "The articles have changed since" in told.content
        asked = await fake.slash(
            ann, "why", {"receipt": receipt_id(answer)}, channel=harbour.general
        )
        assert "Another generation answers now" in (await asked.final()).text
        more = await (await pick(fake, answer, "more", ann)).final()
        assert "will be free" in more.text


async def test_answers_leave_nothing_behind_in_memory(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    for _ in range(3):
        await ask(fake, ann, harbour.general, ANSWERED)
    assert not dealbot.persistent_views
    assert not dealbot._connection._view_store._synced_message_views


@pytest.mark.parametrize("after", [False, True])
async def test_a_vote_whose_acknowledgement_gets_lost_counts_once(
    dealbot: DealbotClient, fake: FakeDiscord, after: bool
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    fake.faults.drop("POST /interactions/*/callback", after=after)
    voted = await press(fake, answer, f"vote:{receipt_id(answer)}:up", ann)
    assert (await voted.final()).content == "Noted: helpful."
    await fake.until(lambda: len(_callbacks(fake)) == 3)  # one of the three belongs to the question
    assert await votes_on(dealbot.runtime.store, receipt_id(answer)) == (1, 0)
    assert len(voted.answers) == 1
    fake.violations[:] = [v for v in fake.violations if v.kind != "double ack"]


def _callbacks(fake: FakeDiscord) -> list[str]:
    return [path for _, path, _ in fake.rest.requests if path.startswith("/interactions/")]
