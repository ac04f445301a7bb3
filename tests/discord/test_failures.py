"""Failures: each is reported in words, once, and never replaces an answer."""

import asyncio
import re
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from bot.discord.client import DealbotClient
from bot.discord.runtime import Runtime
from bot.store.sqlite_file import SqliteFile
from bot.store.tables import settings as table
from tests.discord.conftest import (
    ANSWERED,
    NOT_ANSWERED,
    OpenRuntime,
    ask,
    connected,
    pick,
    receipt_id,
)
from tests.fake_discord import FakeDiscord


@pytest.mark.parametrize("dropped", [0, 1])
async def test_a_failure_takes_the_place_of_thinking(
    dealbot: DealbotClient, fake: FakeDiscord, dropped: int
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    dealbot.runtime.requests.service.refuse_waiting()
    fake.faults.drop("PATCH /webhooks/*/messages/@original", times=dropped, after=True)
    options = {"question": ANSWERED, "private": True}
    asked = await fake.slash(ann, "ask", options, channel=harbour.general)
    told = await asked.final()
    assert "shutting down" in told.content
    assert asked.answers == [told]


async def test_where_all_see_thinking_a_failure_is_told_to_the_asker_alone(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    dealbot.runtime.requests.service.refuse_waiting()
    asked = await fake.slash(ann, "ask", {"question": ANSWERED}, channel=harbour.general)
    told = await asked.followup()
    assert "shutting down" in told.content
    assert told.ephemeral
    await fake.until(lambda: asked.answers == [told], "an end of thinking")


@pytest.mark.parametrize(
    ("failing", "seen"),
    [
        ("POST /webhooks/*", ["shutting down"]),
        ("DELETE /webhooks/*", ["Only the person who asked", "shutting down"]),
    ],
)
async def test_a_failure_that_cannot_be_told_privately_is_told(
    dealbot: DealbotClient, fake: FakeDiscord, failing: str, seen: list[str]
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    dealbot.runtime.requests.service.refuse_waiting()
    fake.faults.fail(failing, 403, times=9)
    asked = await fake.slash(ann, "ask", {"question": ANSWERED}, channel=harbour.general)

    def is_seen() -> bool:
        told = [message.content for message in asked.answers]
        return len(told) == len(seen) and all(map(str.__contains__, told, seen))

    await fake.until(is_seen, "words")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("by_button", [False, True])
async def test_a_failure_whose_telling_gets_lost_is_told_again(
    dealbot: DealbotClient, fake: FakeDiscord, by_button: bool, after: bool
) -> None:
    """The first report had arrived if `after` is true, so Discord refuses the second."""
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    if by_button:
        answer = await ask(fake, ann, harbour.general, ANSWERED)
        await dealbot.runtime.store.receipts.forget(receipt_id(answer))
    fake.faults.drop("POST /interactions/*/callback", after=after)
    if by_button:
        asked = await fake.click(answer, "Context", ann)
    else:
        asked = await fake.slash(ann, "ask", {"question": "\0"}, channel=harbour.general)
    told = await asked.final()
    await dealbot.runtime.requests.close(5)  # wait until the request is finished
    assert asked.answers == [told]
    assert told.ephemeral
    assert ("no longer kept" if by_button else "not text") in told.content
    if after:
        [violation] = fake.violations
        assert violation.kind == "double ack"
        fake.violations.clear()


@pytest.mark.parametrize("in_message", [False, True])
async def test_a_failure_that_is_being_told_takes_no_room_from_a_crowd(
    dealbot: DealbotClient, fake: FakeDiscord, in_message: bool
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    capacity = dealbot.runtime.requests.capacity
    dealbot.runtime.requests.service.refuse_waiting()
    route = "POST /channels/*/messages" if in_message else "PATCH /webhooks/*/messages/@original"
    with fake.faults.hold(route) as held:
        if in_message:
            await fake.say(ann, harbour.general, ANSWERED, mention_bot=True)
        else:
            await fake.slash(ann, "ask", {"question": ANSWERED}, channel=harbour.general)
        await fake.faults.entered(held)
        assert (capacity.inside, capacity._waiting.total()) == (1, 0)


@pytest.mark.parametrize("in_message", [False, True])
async def test_closing_waits_until_a_failure_is_told(
    dealbot: DealbotClient, fake: FakeDiscord, in_message: bool
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    requests = dealbot.runtime.requests
    requests.service.refuse_waiting()
    asked = None
    route = "POST /channels/*/messages" if in_message else "PATCH /webhooks/*/messages/@original"
    with fake.faults.hold(route) as held:
        if in_message:
            await fake.say(ann, harbour.general, ANSWERED, mention_bot=True)
        else:
            options = {"question": ANSWERED}
            asked = await fake.slash(ann, "ask", options, channel=harbour.general)
        await fake.faults.entered(held)
        closing = asyncio.create_task(requests.close(10))
        await asyncio.sleep(0)  # let the task start
        await asyncio.sleep(0)
        assert not closing.done()
    await closing
    [told] = asked.answers if asked else fake.messages(harbour.general)[1:]
    assert "shutting down" in told.content


async def test_a_failure_of_a_list_stands_beside_it(
    fake: FakeDiscord, opened_runtime: OpenRuntime, long_index: Path
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    async with opened_runtime(index=long_index) as runtime, connected(runtime, fake):
        answer = await ask(fake, ann, harbour.general, NOT_ANSWERED)
        more = await (await pick(fake, answer, "more", ann)).final()
        before = more.text
        runtime.requests.service.refuse_waiting()
        turned = await fake.click(more, "Next ▶", ann)
        told = await turned.followup()
        assert "shutting down" in told.content
        assert told.ephemeral
        assert more.text == before


async def test_a_bug_is_told_by_the_reference_that_the_log_has(
    dealbot: DealbotClient, fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    database = dealbot.runtime.store.receipts._database
    await database.run(text("DROP TABLE messages"))
    await database.run(text("ALTER TABLE receipts RENAME TO gone"))
    asked = await fake.slash(ann, "ask", {"question": ANSWERED}, channel=harbour.general)
    told = await asked.followup()
    reference = re.search(r"the log has the details under (\w{8})$", told.content)
    assert reference
    assert f"bug {reference[1]}" in caplog.text
    assert "receipts" not in told.text
    assert told.ephemeral
    await fake.until(lambda: asked.answers == [told], "an end of thinking")


async def test_a_command_that_is_gone_says_so(dealbot: DealbotClient, fake: FakeDiscord) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    dealbot.tree.remove_command("sources")
    asked = await fake.slash(ann, "sources", channel=harbour.general)
    assert "This command has changed" in (await asked.final()).content
    assert asked.ephemeral
    # autocompletion can show only choices
    with pytest.raises(AssertionError, match="did not come"):
        await fake.autocomplete(
            ann, "sources", {"article": ""}, "article", channel=harbour.general, within=0.1
        )


async def test_an_acknowledgement_that_comes_too_late_is_no_bug(
    dealbot: DealbotClient, fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    with fake.violations.expected("late ack"):
        with fake.faults.hold("POST /interactions/*/callback") as held:
            late = await fake.slash(ann, "ask", {"question": ANSWERED}, channel=harbour.general)
            await fake.faults.entered(held)
            fake.clock.advance(4)
        await ask(fake, ann, harbour.general, ANSWERED)
    assert late.failed
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_settings_that_cannot_be_read_close_the_server_until_an_admin_sets_them(
    dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    settings = dealbot.runtime.store.settings
    await settings._database.run(
        insert(table).values(guild=harbour.id, settings='{"channels": "all"}')
    )
    await settings.load()  # as at startup
    refused = await fake.slash(ann, "ask", {"question": ANSWERED}, channel=harbour.general)
    assert "an admin has to set them again" in (await refused.final()).content
    assert refused.ephemeral
    options = {"private": False}
    await (
        await fake.slash(harbour.owner, "config privacy", options, channel=harbour.general)
    ).final()
    assert (await ask(fake, ann, harbour.general, ANSWERED)).embeds


@pytest.mark.parametrize("fault", ["full", "locked", "removed", "damaged"])
async def test_answers_go_on_without_the_store(
    opened_runtime: OpenRuntime, fake: FakeDiscord, tmp_path: Path, fault: str
) -> None:
    """The settings made by the server's admins stay in force, and admins see what is wrong."""
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    closed = fake.channel(harbour, "closed")
    with ExitStack() as stack:
        async with (
            opened_runtime(admin_users=(ann.id,)) as runtime,
            connected(runtime, fake),
        ):
            await runtime.store.settings.change(
                harbour.id, lambda now: now.model_copy(update={"channels": (harbour.general.id,)})
            )
            before = await ask(fake, ann, harbour.general, ANSWERED)
            await _spoil(runtime, fault, stack)
            for question in (ANSWERED, NOT_ANSWERED, f"{ANSWERED} Say."):
                assert (await ask(fake, ann, harbour.general, question)).embeds
            mention = await fake.say(
                ann, harbour.general, ANSWERED, mention_bot=True, reply_to=before
            )
            assert (await fake.next_message(harbour.general)).referenced is mention
            refused = await fake.slash(ann, "ask", {"question": ANSWERED}, channel=closed)
            assert "do not answer in this channel" in (await refused.final()).content
            status = await (await fake.slash(ann, "status", channel=harbour.general)).final()
            assert "**Degraded:** store, since" in status.text
            stack.close()  # unlock the store


async def _spoil(runtime: Runtime, fault: str, stack: ExitStack) -> None:
    database = runtime.store.receipts._database
    assert isinstance(database, SqliteFile)
    if fault == "full":
        await database.run(text("VACUUM"))
        pages = await database.pragma("page_count")
        await database.pragma(f"max_page_count = {pages}")
    elif fault == "locked":
        other = stack.enter_context(closing(sqlite3.connect(database.path, isolation_level=None)))
        other.execute("BEGIN IMMEDIATE")
    elif fault == "removed":
        database.path.unlink()
    else:
        await database.pragma("wal_checkpoint(TRUNCATE)")
        await database.pragma("cache_size = 0")
        with database.path.open("r+b") as file:
            file.seek(4096)
            file.write(b"\x55" * 4096 * 60)
