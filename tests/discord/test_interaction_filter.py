"""The interaction filter at full capacity: turning away a crowd costs others little, and moderators
and admins nothing."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import discord
import pytest
from sqlalchemy import Executable

from bot.discord.client import DealbotClient
from bot.discord.rendering.notices import refusal_text
from bot.discord.runtime import Runtime
from bot.monitoring.observer import Observer
from bot.serving.admission import busy
from bot.store.database import Database, Row
from bot.wording.errors import error_line
from prompts import speaking
from prompts.languages import ENGLISH, languages
from tests.discord.conftest import ANSWERED, OpenRuntime, ask, connected, pick, receipt_id
from tests.discord.test_load import ask_all, gated, is_answer, outcomes, people, until
from tests.fake_discord import FakeDiscord, Guild
from tests.fake_discord.interactions import DEFER

_INSIDE, _TOLD, _WAITING = 256, 16, 64
_BUSY = "Too many questions are waiting"
_SECOND = timedelta(seconds=1)
_OF_THE_BOT = re.compile(r"\b(watches|notes|digests)\b")  # tables that the bot reads by itself


class Refusals(Observer):
    """An observer that collects refusals."""

    def __init__(self) -> None:
        super().__init__()
        self.errors: list[Exception] = []

    def refused(self, error: Exception) -> None:
        self.errors.append(error)


@contextmanager
def full(runtime: Runtime, but: int = 0, server: int | None = None) -> Iterator[None]:
    """Occupy the capacity except for `but` places: by users of `server`, or of one server each."""
    with ExitStack() as inside:
        for number in range(_INSIDE - but):
            inside.enter_context(runtime.requests.capacity.slot(number, server or number))
        yield


def read_by(client: DealbotClient) -> list[discord.Interaction]:
    """Return a list that collects the interactions discord.py parses from now on."""
    read: list[discord.Interaction] = []

    async def on_interaction(interaction: discord.Interaction) -> None:
        read.append(interaction)

    client.on_interaction = on_interaction  # type: ignore[attr-defined]  # called by name
    return read


async def test_who_finds_no_room_is_told_so_unread(
    opened_runtime: OpenRuntime, fake: FakeDiscord
) -> None:
    harbour, observer = fake.guild("Harbour"), Refusals()
    async with opened_runtime(observer) as runtime, connected(runtime, fake) as client:
        read = read_by(client)
        with full(runtime):
            late = await ask_all(fake, [(harbour, user, "Late?") for user in people(fake, 40)])
            told = await outcomes(fake, late)
        assert not read
        assert all(_BUSY in each.content and each.ephemeral for each in told)
        assert len(observer.errors) == 40
        assert (await ask(fake, fake.user("Zoe"), harbour.general, ANSWERED)).embeds


async def test_a_refusal_in_each_language_touches_neither_the_store_nor_the_model(
    opened_runtime: OpenRuntime, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    harbour, statements = fake.guild("Harbour"), list[str]()
    run = Database.run

    async def counted(database: Database, statement: Executable) -> list[Row]:
        if not _OF_THE_BOT.search(str(statement)):
            statements.append(str(statement))
        return await run(database, statement)

    async with gated(opened_runtime, fake) as (gate, requests):
        capacity = requests.capacity
        with ExitStack() as inside:
            for number in range(_INSIDE):
                inside.enter_context(capacity.slot(number, number))
            monkeypatch.setattr(Database, "run", counted)
            for code in (ENGLISH, *languages()):
                asker = fake.user(code)
                asker.locale = code
                (late,) = await ask_all(fake, [(harbour, asker, "Late?")])
                told = await late.final()
                with speaking(code):
                    words = {refusal_text(error_line(busy(_SECOND * n))) for n in range(1, 60)}
                assert told.content in words
                assert told.ephemeral
                assert [told.components, told.embeds, told.pings] == [[], [], []]
        assert not statements
        assert not gate.batches
        gate.open()
        assert (await ask(fake, fake.user("Zoe"), harbour.general, ANSWERED)).embeds
        assert statements
        assert gate.batches


async def test_no_more_are_read_than_there_is_room_for(
    runtime: Runtime, dealbot: DealbotClient, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This includes a burst so close together that no request has started when the next arrives."""
    harbour = fake.guild("Harbour")
    monkeypatch.setattr("bot.discord.paced_socket._LEAST_S", 60)
    await fake.gateway.caught_up()
    read = read_by(dealbot)
    with full(runtime, 3, harbour.id), fake.faults.hold("POST /interactions/*/*"):
        asked = await ask_all(fake, [(harbour, user, "?") for user in people(fake, 40)])
        await fake.gateway.caught_up()
        assert len(read) == 3
    assert sum(map(is_answer, await outcomes(fake, asked))) == 3


async def test_of_a_crowd_that_cannot_be_told_in_time_the_last_are(
    runtime: Runtime, dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour = fake.guild("Harbour")
    with full(runtime):
        with fake.faults.hold("POST /interactions/*/*") as held:
            crowd = await ask_all(fake, [(harbour, user, "?") for user in people(fake, 100)])
            await fake.faults.entered(held, _TOLD)
            await fake.gateway.caught_up()
        await outcomes(fake, crowd[_TOLD - _WAITING :])
        await fake.until(lambda: sum(bool(each.answers) for each in crowd) >= _WAITING)
        await fake.gateway.caught_up()
    assert sum(bool(each.answers) for each in crowd) <= _WAITING + _TOLD


@pytest.mark.usefixtures("patient")
async def test_others_go_on_while_a_flood_is_read(
    runtime: Runtime, dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    """Otherwise others would wait for the last event of the flood."""
    harbour, ann, flooder = fake.guild("Harbour"), fake.user("Ann"), fake.user("Flooder")
    fake.join(harbour, ann)
    flood, read = 6_000, 0

    async def on_message(message: discord.Message) -> None:
        nonlocal read
        read += 1

    dealbot.on_message = on_message  # type: ignore[attr-defined]  # called by name
    asked = await fake.slash(ann, "ask", {"question": ANSWERED}, channel=harbour.general)
    for _ in range(flood):
        await fake.say(flooder, harbour.general, "Hello, all of you!")
    assert await asked.acknowledged() == DEFER
    assert read < flood // 2


async def test_nothing_is_offered_to_who_types(
    runtime: Runtime, dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    read = read_by(dealbot)
    with full(runtime):
        with pytest.raises(AssertionError, match="acknowledgement"):
            await typed(fake, harbour, within=0.1)
        await fake.gateway.caught_up()
        assert not read
    assert await typed(fake, harbour) == []
    assert len(read) == 1
    assert (await ask(fake, ann, harbour.general, ANSWERED)).embeds


async def typed(fake: FakeDiscord, guild: Guild, **within: float) -> list[dict[str, str]]:
    return await fake.autocomplete(
        fake.user("Bob"), "ask", {"question": "w"}, "question", channel=guild.general, **within
    )


async def test_who_keeps_order_finds_a_way_in(
    opened_runtime: OpenRuntime, fake: FakeDiscord
) -> None:
    """A moderator deletes an answer and an admin uses admin commands, while no other request is
    accepted and the server's limit is used up."""
    harbour, ann, bob, mod = fake.guild("Harbour"), *map(fake.user, ("Ann", "Bob", "Mod"))
    fake.join(harbour, mod, fake.role(harbour, "mods", manage_messages=True))
    async with opened_runtime(limit_per_server="1/hour") as runtime, connected(runtime, fake):
        answer = await ask(fake, ann, harbour.general, ANSWERED)
        await until(lambda: not runtime.requests.active)  # its receipt is still being stored
        with full(runtime):
            more = await (await pick(fake, answer, "more", bob)).final()
            assert _BUSY in more.content
            set_ = await fake.slash(harbour.owner, "config show", channel=harbour.general)
            assert "Channels: all" in (await set_.final()).content
            back = await fake.slash(harbour.owner, "rollback", channel=harbour.general)
            assert "no generation" in (await back.final()).text
            await pick(fake, answer, "drop", mod)
            await fake.until(lambda: answer.deleted)
            await until(lambda: runtime.requests.active == _INSIDE)
        assert await runtime.store.receipts.get(receipt_id(answer)) is None


async def test_those_who_keep_order_are_few(
    runtime: Runtime, dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    read = read_by(dealbot)
    await until(lambda: not runtime.requests.active)  # its receipt is still being stored
    with ExitStack() as inside:
        for _ in range(4):
            inside.enter_context(runtime.requests.capacity.moderating())
        with full(runtime):
            told = await (await fake.click(answer, "More…", ann)).final()
        assert _BUSY in told.content
        assert not read
        # Where there is room, a moderator takes an ordinary place.
        assert (await ask(fake, ann, harbour.general, ANSWERED)).embeds
        await pick(fake, answer, "drop", ann)
        await fake.until(lambda: answer.deleted)


async def test_discord_is_left_alone_where_it_says_so(
    runtime: Runtime, dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    """Discord bans a bot that continues."""
    harbour = fake.guild("Harbour")
    limit = fake.faults.rate_limit("POST /interactions/*/*", 60, times=float("inf"))
    with full(runtime):
        await ask_all(fake, [(harbour, user, "?") for user in people(fake, 40)])
        await fake.faults.entered(limit, _TOLD)
        await fake.gateway.caught_up()
    fake.faults.disarm(limit)
    assert (await ask(fake, fake.user("Zoe"), harbour.general, ANSWERED)).embeds
    assert limit.met == _TOLD


async def test_a_refusal_that_gets_lost_is_no_matter(
    runtime: Runtime, dealbot: DealbotClient, fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    harbour, (ann, bob) = fake.guild("Harbour"), people(fake, 2)
    caplog.set_level("INFO")
    with full(runtime):
        fake.faults.drop("POST /interactions/*/*")
        (lost,) = await ask_all(fake, [(harbour, ann, "?")])
        await until(lambda: "ServerDisconnectedError" in caplog.text)
        fake.faults.fail("POST /interactions/*/*", 500)
        (failed,) = await ask_all(fake, [(harbour, ann, "?")])
        await until(lambda: "Discord did not accept a refusal: 500" in caplog.text)
        await outcomes(fake, await ask_all(fake, [(harbour, bob, "?")]))
    assert not lost.answers
    assert not failed.answers
    assert lost.token not in caplog.text
