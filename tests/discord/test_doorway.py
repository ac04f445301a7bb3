"""A crowd before a full door: it costs those inside little, and those who keep order nothing."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import discord
import pytest

from bot.discord.client import DealbotClient
from bot.discord.runtime import Office
from bot.monitoring.observer import Observer
from tests.discord.conftest import ANSWERED, OpenOffice, ask, connected, receipt_id
from tests.discord.test_load import ask_all, is_answer, outcomes, people, until
from tests.fake_discord import FakeDiscord, Guild
from tests.fake_discord.interactions import DEFER

_INSIDE, _TOLD, _WAITING = 256, 4, 64
_BUSY = "Too many questions are waiting"


class Refusals(Observer):
    """Counts them."""

    def __init__(self) -> None:
        super().__init__()
        self.errors: list[Exception] = []

    def refused(self, error: Exception) -> None:
        self.errors.append(error)


@contextmanager
def full(office: Office, but: int = 0, server: int | None = None) -> Iterator[None]:
    """As many are inside as there is room for, but so many: of this server, or of as many."""
    with ExitStack() as inside:
        for number in range(_INSIDE - but):
            inside.enter_context(office.desk.door.passing(number, server or number))
        yield


def read_by(client: DealbotClient) -> list[discord.Interaction]:
    """The interactions that the library has read, from now on."""
    read: list[discord.Interaction] = []

    async def on_interaction(interaction: discord.Interaction) -> None:
        read.append(interaction)

    client.on_interaction = on_interaction  # type: ignore[attr-defined]  # it calls what is named so
    return read


async def test_who_finds_no_room_is_told_so_unread(
    opened_office: OpenOffice, fake: FakeDiscord
) -> None:
    harbour, observer = fake.guild("Harbour"), Refusals()
    async with opened_office(observer) as office, connected(office, fake) as client:
        read = read_by(client)
        with full(office):
            late = await ask_all(fake, [(harbour, user, "Late?") for user in people(fake, 40)])
            told = await outcomes(fake, late)
        assert not read
        assert all(_BUSY in each.content and each.ephemeral for each in told)
        assert len(observer.errors) == 40
        assert (await ask(fake, fake.user("Zoe"), harbour.general, ANSWERED)).embeds


async def test_no_more_are_read_than_there_is_room_for(
    office: Office, dealbot: DealbotClient, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though they come so close together that nobody is inside when the next is there."""
    harbour = fake.guild("Harbour")
    monkeypatch.setattr("bot.discord.paced_socket._LEAST_S", 60)
    await fake.gateway.caught_up()
    read = read_by(dealbot)
    with full(office, 3, harbour.id), fake.faults.hold("POST /interactions/*/*"):
        asked = await ask_all(fake, [(harbour, user, "?") for user in people(fake, 40)])
        await fake.gateway.caught_up()
        assert len(read) == 3
    assert sum(map(is_answer, await outcomes(fake, asked))) == 3


async def test_of_a_crowd_that_cannot_be_told_in_time_the_last_are(
    office: Office, dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour = fake.guild("Harbour")
    with full(office):
        with fake.faults.hold("POST /interactions/*/*") as held:
            crowd = await ask_all(fake, [(harbour, user, "?") for user in people(fake, 100)])
            await fake.faults.entered(held, _TOLD)
            await fake.gateway.caught_up()
        await outcomes(fake, crowd[_TOLD - _WAITING :])
        await fake.until(lambda: sum(bool(each.answers) for each in crowd) >= _WAITING)
        await fake.gateway.caught_up()
    assert sum(bool(each.answers) for each in crowd) <= _WAITING + _TOLD


async def test_others_go_on_while_a_flood_is_read(
    office: Office, dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    """They would wait until there was nothing left to read: here, for the flood's last event."""
    harbour, ann, flooder = fake.guild("Harbour"), fake.user("Ann"), fake.user("Flooder")
    fake.join(harbour, ann)
    flood, read = 6_000, 0

    async def on_message(message: discord.Message) -> None:
        nonlocal read
        read += 1

    dealbot.on_message = on_message  # type: ignore[attr-defined]  # it calls what is named so
    asked = await fake.slash(ann, "ask", {"question": ANSWERED}, channel=harbour.general)
    for _ in range(flood):
        await fake.say(flooder, harbour.general, "Hello, all of you!")
    assert await asked.acknowledged() == DEFER
    assert read < flood // 2


async def test_nothing_is_offered_to_who_types(
    office: Office, dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    read = read_by(dealbot)
    with full(office):
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


async def test_who_keeps_order_finds_a_way_in(opened_office: OpenOffice, fake: FakeDiscord) -> None:
    """A moderator deletes an answer and an admin uses his commands, while nobody else gets in and
    what may be asked there is used up."""
    harbour, ann, bob, mod = fake.guild("Harbour"), *map(fake.user, ("Ann", "Bob", "Mod"))
    fake.join(harbour, mod, fake.role(harbour, "mods", manage_messages=True))
    async with opened_office(limit_per_server="1/hour") as office, connected(office, fake):
        answer = await ask(fake, ann, harbour.general, ANSWERED)
        await until(lambda: not office.desk.visitors)  # it is still being put down
        with full(office):
            more = await (await fake.click(answer, "More evidence", bob)).final()
            assert _BUSY in more.content
            set_ = await fake.slash(harbour.owner, "config show", channel=harbour.general)
            assert "Channels: all" in (await set_.final()).content
            back = await fake.slash(harbour.owner, "rollback", channel=harbour.general)
            assert "no generation" in (await back.final()).text
            await fake.click(answer, "Delete", mod)
            await fake.until(lambda: answer.deleted)
            await until(lambda: office.desk.visitors == _INSIDE)
        assert await office.store.receipts.get(receipt_id(answer)) is None


async def test_those_who_keep_order_are_few(
    office: Office, dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    harbour, ann = fake.guild("Harbour"), fake.user("Ann")
    answer = await ask(fake, ann, harbour.general, ANSWERED)
    read = read_by(dealbot)
    await until(lambda: not office.desk.visitors)  # it is still being put down
    with ExitStack() as inside:
        for _ in range(4):
            inside.enter_context(office.desk.door.keeping_order())
        with full(office):
            told = await (await fake.click(answer, "Delete", ann)).final()
        assert _BUSY in told.content
        assert not read
        # Where there is room, they take what there is, and none from others.
        assert (await ask(fake, ann, harbour.general, ANSWERED)).embeds
        await fake.click(answer, "Delete", ann)
        await fake.until(lambda: answer.deleted)


async def test_discord_is_left_alone_where_it_says_so(
    office: Office, dealbot: DealbotClient, fake: FakeDiscord
) -> None:
    """It bans who goes on."""
    harbour = fake.guild("Harbour")
    limit = fake.faults.rate_limit("POST /interactions/*/*", 60, times=float("inf"))
    with full(office):
        await ask_all(fake, [(harbour, user, "?") for user in people(fake, 40)])
        await fake.faults.entered(limit, _TOLD)
        await fake.gateway.caught_up()
    fake.faults.disarm(limit)
    assert (await ask(fake, fake.user("Zoe"), harbour.general, ANSWERED)).embeds
    assert limit.met == _TOLD


async def test_a_refusal_that_gets_lost_is_no_matter(
    office: Office, dealbot: DealbotClient, fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    harbour, (ann, bob) = fake.guild("Harbour"), people(fake, 2)
    caplog.set_level("INFO")
    with full(office):
        fake.faults.drop("POST /interactions/*/*")
        (lost,) = await ask_all(fake, [(harbour, ann, "?")])
        await until(lambda: "ServerDisconnectedError" in caplog.text)
        fake.faults.fail("POST /interactions/*/*", 500)
        (failed,) = await ask_all(fake, [(harbour, ann, "?")])
        await until(lambda: "Discord did not take a refusal: 500" in caplog.text)
        await outcomes(fake, await ask_all(fake, [(harbour, bob, "?")]))
    assert not lost.answers
    assert not failed.answers
    assert lost.token not in caplog.text
