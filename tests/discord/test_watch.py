"""/watch: one message when the answer changes, none when only its words do, also after a crash."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.discord.runtime import Runtime
from bot.monitoring.metrics import Metrics
from bot.store.watches import WatchState
from tests.discord.conftest import ARTICLES, NOT_ANSWERED, button_id
from tests.discord.stories import COST, DEARER, Story, story, watch
from tests.fake_discord.faults import Fault

__all__ = ["story"]  # a fixture

SEND = "POST /channels/*/messages"
BOATS = "How many electric boats did Northline Ferries order?"
MAYOR = "Who is the mayor of Tarn?"
FIVE_BOATS = ARTICLES["ferry.md"].replace("two electric boats", "five electric boats")
TOWERS = ("copper", "marble", "timber", "granite", "iron", "glass")


def _towers(unit: str) -> dict[str, str]:
    """Return an article about each tower, with a sentence of about 800 characters."""
    long = ", which has rooms of many kinds and sizes" * 20
    return {
        name: f"The {name} tower of Tarn will cost ${number} {unit}{long}.\n"
        for number, name in enumerate(TOWERS, start=3)
    }


async def told(story: Story, runtime: Runtime) -> None:
    """Wait until no message about a watch is left to send."""
    store = runtime.store.watches
    for _ in range(200):
        if not await store.outgoing():
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"not sent: {await store.outgoing()}")


async def test_a_new_figure_is_told_once_with_before_and_after(story: Story) -> None:
    fake, ann = story.fake, story.fake.user("Ann")
    here, metrics = fake.guild("Tarn").general, Metrics()
    async with story.bot(observer=metrics) as runtime:
        confirmed = await watch(fake, ann, here)
        assert confirmed.seen_by is ann
        assert "in this channel" in confirmed.text
        assert "$12.5 million" in confirmed.text
        assert "I keep the question" in confirmed.text
        with fake.violations.expected("ping"):
            await story.update(runtime, harbour=DEARER)
            message = await fake.next_message(here)
            await told(story, runtime)
        assert message.pings == [f"user {ann.id}"]
        count = metrics.registry.get_sample_value
        assert count("dealbot_watches_asked_total", {"outcome": "changed"}) == 1
        assert count("dealbot_watch_messages_total", {"outcome": "sent"}) == 1
        assert "The answer has changed" in message.text
        assert message.text.index("Now: $14 million") < message.text.index("Before: $12.5 million")
        assert "Tarn Gazette" in message.text
        assert "https://gazette.example/bridge" in message.text
        await story.update(runtime, ferry=FIVE_BOATS)  # another answer
        await told(story, runtime)
        assert story.sent(here) == [message]


@pytest.mark.parametrize(
    "articles",
    [
        {"ferry": FIVE_BOATS},
        {
            "harbour": ARTICLES["harbour.md"].replace(
                "title: Harbour bridge to close", "title: Tarn"
            )
        },
        {"harbour": ARTICLES["harbour.md"].replace("will cost", "would cost")},
        {
            "harbour": ARTICLES["harbour.md"].replace(
                "Mayor Ilse Brandt said that the repair will cost $12.5 million.",
                "The repair of the bridge will cost 12.5 million dollars, Mayor Ilse Brandt said.",
            )
        },
        {"other": ARTICLES["harbour.md"].replace("Tarn Gazette", "Tarn Radio")},
        {"aaa": "---\ntitle: A\n---\nThe bakery in Tarn sold 300 loaves of bread on Monday.\n"},
    ],
    ids=["another fact", "title", "trifle", "other words", "copy", "more articles"],
)
async def test_other_words_are_no_change(story: Story, articles: dict[str, str]) -> None:
    fake, ann = story.fake, story.fake.user("Ann")
    here = fake.guild("Tarn").general
    async with story.bot() as runtime:
        await watch(fake, ann, here)
        await watch(fake, ann, here, MAYOR)
        await watch(fake, ann, here, NOT_ANSWERED)
        await story.update(runtime, **articles)
        changed = await runtime.store.watches.outgoing()
        assert [(w.question, w.told.answer.short_answer, w.pending) for w in changed] == []
        live = runtime.live.current.generation.id
        assert await runtime.store.watches.due(live) == []  # all were asked again
    assert story.sent(here) == []


@pytest.mark.parametrize(
    ("question", "articles", "now", "before"),
    [
        (
            NOT_ANSWERED,
            {"peru": "Lima is the capital of Peru.\n"},
            "Lima",
            "The articles don't say",
        ),
        (COST, {"harbour": None}, "The articles don't say", "$12.5 million"),
        (
            "Is the harbour bridge open?",
            {"harbour": "---\ntitle: Harbour bridge\n---\nThe harbour bridge in Tarn is open.\n"},
            "The harbour bridge in Tarn is open",
            "",
        ),
    ],
    ids=["new answer", "withdrawn", "status"],
)
async def test_a_change_of_what_is_stated_is_told(
    story: Story, question: str, articles: dict[str, str | None], now: str, before: str
) -> None:
    fake, ann = story.fake, story.fake.user("Ann")
    here = fake.guild("Tarn").general
    async with story.bot() as runtime:
        await watch(fake, ann, here, question)
        with fake.violations.expected("ping"):
            await story.update(runtime, **articles)
            message = await fake.next_message(here)
            await told(story, runtime)
        assert now in message.text
        assert before in message.text
    assert len(story.sent(here)) == 1


async def test_several_changes_are_one_message(story: Story) -> None:
    fake, ann, bob = story.fake, story.fake.user("Ann"), story.fake.user("Bob")
    here = fake.guild("Tarn").general
    async with story.bot() as runtime:
        for question in (COST, BOATS):
            await watch(fake, ann, here, question)
        await watch(fake, bob, here, BOATS)
        with fake.violations.expected("ping"):
            await story.update(runtime, harbour=DEARER, ferry=FIVE_BOATS)
            await told(story, runtime)
    first, second = sorted(story.sent(here), key=lambda message: len(message.text), reverse=True)
    assert "2 answers have changed" in first.text
    assert "$14 million" in first.text
    assert "five electric boats" in first.text
    assert first.pings == [f"user {ann.id}"]
    assert second.pings == [f"user {bob.id}"]


async def test_long_changes_all_fit(story: Story) -> None:
    """Five of them share a message, and none is cut off."""
    fake, ann = story.fake, story.fake.user("Ann")
    here = fake.guild("Tarn").general
    story.build(**_towers("million"))
    async with story.bot(watches_per_user=9) as runtime:
        for name in TOWERS:
            await watch(fake, ann, here, f"How much will the {name} tower of Tarn cost?")
        with fake.violations.expected("ping"):
            await story.update(runtime, **_towers("billion"))
            await told(story, runtime)
    sent = story.sent(here)
    assert sorted(len(each.buttons) for each in sent) == [1, 5]
    shown = "".join(each.text for each in sent)
    assert all(f"the {name} tower of Tarn cost?" in shown for name in TOWERS)
    assert "Page 1 of 3" not in shown


# --- updates while messages are sent --------------------------------------------------------


async def _with_a_change(story: Story) -> None:
    """Leave a watch with an answer that its watcher must still be told."""
    here = story.fake.guild("Tarn").general
    async with story.bot():
        await watch(story.fake, story.fake.user("Ann"), here)
    async with story.open_runtime(index=story.index, articles=(story.articles,)) as runtime:
        await story.update(runtime, harbour=DEARER)  # no connection to Discord


async def test_an_answer_compared_before_a_message_is_not_told_again(story: Story) -> None:
    await _with_a_change(story)
    async with story.open_runtime(index=story.index, articles=(story.articles,)) as runtime:
        watches = runtime.store.watches
        [read] = await watches.outgoing()
        await watches.begin([read.id], "message")
        await watches.sent("message")
        await watches.record(read, "newer", read.pending, datetime.now(UTC))
        assert await watches.outgoing() == []
        [due] = await watches.due("newer")
        assert due.told == read.pending


async def test_a_message_has_no_change_that_was_taken_back(story: Story) -> None:
    await _with_a_change(story)
    async with story.open_runtime(index=story.index, articles=(story.articles,)) as runtime:
        watches = runtime.store.watches
        [read] = await watches.outgoing()
        await watches.record(read, "newer", None, datetime.now(UTC))
        await watches.begin([read.id], "message")
        assert await watches.in_batch("message") == []
        [due] = await watches.due("newest")
        assert due.told == read.told


async def test_an_update_during_a_send_is_followed_at_once(story: Story) -> None:
    fake, ann = story.fake, story.fake.user("Ann")
    here = fake.guild("Tarn").general
    async with story.bot() as runtime:
        await watch(fake, ann, here)
        slow = fake.faults.slow(SEND, 1.0)
        with fake.violations.expected("ping"):
            await story.update(runtime, harbour=DEARER)
            await fake.faults.entered(slow)
            await story.update(runtime, harbour=DEARER.replace("$14 million", "$15 million"))
            first, second = await fake.next_message(here), await fake.next_message(here)
            await told(story, runtime)
    assert "Now: $14 million" in first.text
    assert "Now: $15 million" in second.text
    assert len(story.sent(here)) == 2


# --- restarts: at each step, one message ----------------------------------------------------


async def test_a_change_while_the_bot_was_away_is_told(story: Story) -> None:
    fake, ann = story.fake, story.fake.user("Ann")
    here = fake.guild("Tarn").general
    async with story.bot():
        await watch(fake, ann, here)
    story.build(harbour=DEARER)
    with fake.violations.expected("ping"):
        async with story.bot() as runtime:
            assert "$14 million" in (await fake.next_message(here)).text
            await told(story, runtime)
    async with story.bot():
        pass
    assert len(story.sent(here)) == 1


@pytest.mark.parametrize("arrives", [False, True])
async def test_a_crash_while_sending_leaves_one_message(story: Story, arrives: bool) -> None:
    """The message reaches Discord or does not; the bot dies before it knows."""
    fake, ann = story.fake, story.fake.user("Ann")
    here = fake.guild("Tarn").general
    with fake.violations.expected("ping"):
        async with story.bot() as runtime:
            await watch(fake, ann, here)
            lost = fake.faults.arm(Fault(SEND, float("inf"), drop=True, after=arrives))
            await story.update(runtime, harbour=DEARER)
            await fake.faults.entered(lost)
            [waiting] = await runtime.store.watches.outgoing()
            assert waiting.batch
        fake.faults.disarm(lost)
        assert len(story.sent(here)) == arrives
        async with story.bot() as runtime:
            await told(story, runtime)
    [message] = story.sent(here)
    assert "$14 million" in message.text


async def test_a_change_during_a_lost_send_is_told_afterwards(story: Story) -> None:
    fake, ann = story.fake, story.fake.user("Ann")
    here = fake.guild("Tarn").general
    async with story.bot() as runtime:
        await watch(fake, ann, here)
        lost = fake.faults.arm(Fault(SEND, float("inf"), drop=True))
        await story.update(runtime, harbour=DEARER)
        await fake.faults.entered(lost)
    fake.faults.disarm(lost)
    story.build(harbour=DEARER.replace("$14 million", "$15 million"))
    with fake.violations.expected("ping"):
        async with story.bot() as runtime:
            first, second = await fake.next_message(here), await fake.next_message(here)
            await told(story, runtime)
    assert "Now: $14 million" in first.text
    assert "Now: $15 million" in second.text
    assert "Before: $14 million" in second.text


async def test_an_answer_that_changes_back_before_it_is_told_is_not_told(story: Story) -> None:
    fake, ann = story.fake, story.fake.user("Ann")
    here = fake.guild("Tarn").general
    async with story.open_runtime(index=story.index, articles=(story.articles,)) as runtime:
        pass
    async with story.bot():
        await watch(fake, ann, here)
    async with story.open_runtime(index=story.index, articles=(story.articles,)) as runtime:
        await story.update(runtime, harbour=DEARER)  # no connection to Discord
        assert len(await runtime.store.watches.outgoing()) == 1
        await story.update(runtime, harbour=ARTICLES["harbour.md"])
        assert await runtime.store.watches.outgoing() == []
    async with story.bot():
        pass
    assert story.sent(here) == []


# --- places ---------------------------------------------------------------------------------


async def test_without_a_voice_in_the_channel_the_message_is_direct(story: Story) -> None:
    fake, ann = story.fake, story.fake.user("Ann")
    guild = fake.guild("Tarn")
    muted = fake.channel(guild, "muted")
    async with story.bot() as runtime:
        await watch(fake, ann, muted)
        refused = fake.faults.fail(f"POST /channels/{muted.id}/messages", 403, times=9)
        await story.update(runtime, harbour=DEARER)
        assert "$14 million" in (await fake.next_message(fake.dm(ann))).text
        await told(story, runtime)
        assert refused.met == 1
    assert story.sent(muted) == []


async def test_a_private_watch_is_direct(story: Story) -> None:
    fake, ann = story.fake, story.fake.user("Ann")
    here = fake.guild("Tarn").general
    async with story.bot() as runtime:
        assert "by direct message" in (await watch(fake, ann, here, private=True)).text
        await story.update(runtime, harbour=DEARER)
        assert "$14 million" in (await fake.next_message(fake.dm(ann))).text
        await told(story, runtime)
    assert story.sent(here) == []


async def test_a_change_for_a_deleted_channel_is_told_directly(story: Story) -> None:
    fake, ann = story.fake, story.fake.user("Ann")
    guild = fake.guild("Tarn")
    gone = fake.channel(guild, "gone")
    async with story.bot() as runtime:
        await watch(fake, ann, gone)
        fake.world.remove_channel(gone)
        await story.update(runtime, harbour=DEARER)
        assert "$14 million" in (await fake.next_message(fake.dm(ann))).text
        await told(story, runtime)


async def test_a_change_for_an_archived_thread_is_told_directly(story: Story) -> None:
    fake, ann = story.fake, story.fake.user("Ann")
    thread = fake.thread(fake.guild("Tarn").general, "bridge", ann)
    async with story.bot() as runtime:
        await watch(fake, ann, thread)
        thread.archived = True
        await story.update(runtime, harbour=DEARER)
        assert "$14 million" in (await fake.next_message(fake.dm(ann))).text
        await told(story, runtime)


@pytest.mark.parametrize("status", [404, 403])
async def test_a_watch_that_cannot_be_told_is_paused(story: Story, status: int) -> None:
    fake, ann = story.fake, story.fake.user("Ann")
    here = fake.guild("Tarn").general
    ann.takes_messages = False
    async with story.bot() as runtime:
        await watch(fake, ann, here)
        fake.faults.fail(f"POST /channels/{here.id}/messages", status, times=9)
        await story.update(runtime, harbour=DEARER)
        await told(story, runtime)
        [paused] = await runtime.store.watches.of_watcher(ann.id)
        assert paused.state is WatchState.PAUSED
        listed = await (await fake.slash(ann, "watching", channel=here)).response()
        assert "paused" in listed.text


# --- lists, limits, ends --------------------------------------------------------------------


async def test_the_list_stops_what_is_ones_own(story: Story) -> None:
    fake, ann, bob = story.fake, story.fake.user("Ann"), story.fake.user("Bob")
    here = fake.guild("Tarn").general
    async with story.bot() as runtime:
        empty = await (await fake.slash(ann, "watching", channel=here)).response()
        assert "You watch no questions" in empty.text
        for question in (COST, BOATS):
            await watch(fake, ann, here, question)
        listed = await (await fake.slash(ann, "watching", channel=here)).response()
        assert listed.seen_by is ann
        assert COST in listed.text
        assert BOATS in listed.text
        stop = next(b["custom_id"] for b in listed.buttons if b["label"] == "Stop 1")
        pressed = await fake.forged_click(listed, stop, bob)
        assert "You no longer watch this" in (await pressed.response()).content
        listed.buttons[1]["custom_id"] = forged = stop[:-12] + "A" * 12
        pressed = await fake.forged_click(listed, forged, ann)
        assert "You no longer watch this" in (await pressed.response()).content
        pressed = await fake.click(listed, "Stop 1", ann)
        assert (await pressed.response()).content == "Stopped watching."
        [left] = await runtime.store.watches.of_watcher(ann.id)
        assert left.question == BOATS


async def test_the_button_of_a_message_stops_its_watch(story: Story) -> None:
    fake, ann = story.fake, story.fake.user("Ann")
    here = fake.guild("Tarn").general
    async with story.bot() as runtime:
        await watch(fake, ann, here)
        with fake.violations.expected("ping"):
            await story.update(runtime, harbour=DEARER)
            message = await fake.next_message(here)
            await told(story, runtime)
    async with story.bot() as runtime:
        await (await fake.click(message, button_id(message, "unwatch:"), ann)).response()
        assert await runtime.store.watches.of_watcher(ann.id) == []


async def test_limits_and_doubles_are_refused(story: Story) -> None:
    fake, ann, bob = story.fake, story.fake.user("Ann"), story.fake.user("Bob")
    here = fake.guild("Tarn").general
    async with story.bot(watches_per_user=2, watches_per_server=3) as runtime:
        await watch(fake, ann, here, COST)
        assert "already" in (await watch(fake, ann, here, COST)).text
        assert "not a question" in (await watch(fake, ann, here, "Hello!")).text
        assert "not a question" in (await watch(fake, ann, here, "?")).text
        timed = await watch(fake, ann, here, f"{COST.rstrip('?')} as of 1 March 2026?")
        assert "does not change" in timed.text
        await watch(fake, ann, here, BOATS)
        assert "You watch 2 questions" in (await watch(fake, ann, here, MAYOR)).text
        await watch(fake, bob, here, COST)
        assert "This server watches 3 questions" in (await watch(fake, bob, here, BOATS)).text
        await watch(fake, bob, fake.dm(bob), BOATS)
        assert len(await runtime.store.watches.of_watcher(ann.id)) == 2
        assert len(await runtime.store.watches.of_watcher(bob.id)) == 2


@pytest.mark.parametrize("limits", [{"watches_per_user": 0}, {"watches_per_server": 0}])
async def test_watching_can_be_off(story: Story, limits: dict[str, int]) -> None:
    fake, ann = story.fake, story.fake.user("Ann")
    async with story.bot(**limits):
        refused = await watch(fake, ann, fake.guild("Tarn").general)
        assert refused.content == "Questions cannot be watched here"


async def test_a_watch_without_a_change_ends_after_90_days(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, ann = story.fake, story.fake.user("Ann")
    here = fake.guild("Tarn").general
    async with story.bot() as runtime:
        await watch(fake, ann, here)
        watcher = runtime.follow_ups.watcher
        for days in (89, 91):
            later = datetime.now(UTC) + timedelta(days=days)
            monkeypatch.setattr(watcher, "_clock", lambda later=later: later)
            if days == 89:
                await watcher.ask_again()
                assert not watcher.changed.is_set()
        with fake.violations.expected("ping"):
            await watcher.ask_again()
            message = await fake.next_message(here)
            await told(story, runtime)
        assert "I no longer watch" in message.text
        assert COST in message.text
        assert await runtime.store.watches.of_watcher(ann.id) == []


async def test_watches_belong_to_what_is_exported_and_forgotten(story: Story) -> None:
    fake, ann = story.fake, story.fake.user("Ann")
    here = fake.guild("Tarn").general
    async with story.bot() as runtime:
        await watch(fake, ann, here)
        exported = await runtime.store.people.export(ann.id, lambda answer: answer)
        assert [each.question for each in exported.watches] == [COST]
        asked = await (await fake.slash(ann, "forget me", channel=here)).response()
        assert "1 watched question" in asked.content
        done = await (await fake.click(asked, "Forget me", ann)).final()
        assert done.content == "Forgotten: 0 answers, 0 votes and 1 watched question."
        assert await runtime.store.watches.of_watcher(ann.id) == []
