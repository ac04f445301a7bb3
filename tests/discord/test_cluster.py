"""Processes that share the shards: real clients, a fake Discord and a real PostgreSQL."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from discord.gateway import DiscordWebSocket
from pydantic import SecretStr

from bot.cluster import drain, leases, member
from bot.cluster.leases import Taken
from bot.cluster.session import GatewaySession
from bot.discord import digests, shard_events
from bot.discord.client import DealbotClient
from bot.discord.guild_loading import GuildLoader
from bot.discord.paced_socket import PacedSocket
from bot.discord.runner import build_client
from bot.discord.shard_connections import ShardConnections
from bot.domain.digests import Every
from bot.domain.errors import SettingsError
from bot.monitoring.degradations import Part
from bot.store.digests import StoredDigest
from bot.store.settings import ServerSettings
from index.building.build import build_index
from index.encoder.encoder import Encoder
from index.progress import NoProgress
from tests.bot.overview_story import write_story
from tests.discord.conftest import ANSWERED, OpenRuntime, button_id, receipt_id
from tests.fake_discord import FakeDiscord, Guild
from tests.fake_discord.interactions import payload_of
from tests.hang_guard import HANG_S
from tests.postgres_server import PostgresServer
from tests.store.outside import votes_on

ANSWER = "$12.5 million"
NEWS = {
    "id": "crane",
    "title": "Crane arrives",
    "published": "2026-01-02",
    "seen": "2026-01-02T07:00:00Z",
    "text": "A floating crane arrived at the harbour bridge. It lifts 900 tonnes.",
}

Joined = Callable[..., AbstractAsyncContextManager[DealbotClient]]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the leases. The fake accepts new sessions at any rate."""
    for module, name, value in (
        (leases, "LEASE_S", 3.0),
        (leases, "IDENTIFY_S", 0.1),
        (leases, "_SETTLED_S", 1.0),
        (member, "_VALID_S", 2.0),
        (member, "GRACE_S", 1.0),
        (member, "_BEAT_S", 0.2),
        (member, "_LOOK_S", 0.05),
        (drain, "_LOOK_S", 0.05),
    ):
        monkeypatch.setattr(module, name, value)


@pytest.fixture
def joined(opened_runtime: OpenRuntime, fake: FakeDiscord, postgres: PostgresServer) -> Joined:
    """Return a function that runs a member of one cluster, with the range of its shards."""
    url = postgres.database()

    @asynccontextmanager
    async def joined(shards: str, **settings: object) -> AsyncIterator[DealbotClient]:
        async with opened_runtime(database_url=url, shards=shards, **settings) as runtime:
            client = build_client(runtime)
            await client.login(fake.token)
            connecting = asyncio.create_task(client.connect())
            try:
                yield client
            finally:
                await client.close()
                await asyncio.wait({connecting})

    return joined


def held(client: DealbotClient) -> tuple[int, ...]:
    return client.runtime.gateway.shards or ()


async def holds(client: DealbotClient, *shards: int) -> None:
    async with asyncio.timeout(30):
        while (  # noqa: ASYNC110 - leases have no event
            (held(client), client.runtime.gateway.connected) != (shards, len(shards))
        ):
            await asyncio.sleep(0.05)


def guild_on(fake: FakeDiscord, shard: int, count: int) -> Guild:
    """Create servers until one is on the shard."""
    while True:
        guild = fake.guild(f"Harbour {shard}")
        if (guild.id >> 22) % count == shard:
            return guild


async def say(fake: FakeDiscord, guild: Guild) -> None:
    await fake.say(fake.user(), guild.general, ANSWERED, mention_bot=True)


async def answered(fake: FakeDiscord, guild: Guild, times: int) -> None:
    """Wait until the bot has replied this often, and check that no question has two replies."""
    await fake.until(lambda: len(replies(fake, guild)) >= times, f"{times} replies")
    asked = replies(fake, guild)
    assert len(asked) == len(set(asked)) == times


def replies(fake: FakeDiscord, guild: Guild) -> list[int]:
    found = [m for m in fake.messages(guild.general) if m.author is fake.world.bot]
    assert all(ANSWER in message.text for message in found)
    return [message.referenced.id for message in found if message.referenced]


async def test_each_shard_is_served_by_one_process(fake: FakeDiscord, joined: Joined) -> None:
    guilds = [guild_on(fake, shard, 2) for shard in range(2)]
    async with joined("0/2") as first, joined("1/2") as second:
        await holds(first, 0)
        await holds(second, 1)
        for guild in guilds:
            await say(fake, guild)
            await answered(fake, guild, 1)
    assert fake.gateway.identifies == 2


async def test_a_spare_process_resumes_the_sessions_that_are_given_away(
    fake: FakeDiscord, joined: Joined
) -> None:
    """Discord repeats to it what was said meanwhile, although it has never seen the server."""
    guild = guild_on(fake, 1, 2)
    async with joined("0-1/2") as first, joined("0-1/2") as spare:
        await holds(first, 0, 1)
        await say(fake, guild)
        await answered(fake, guild, 1)
        assert held(spare) == ()
        assert list(spare.guilds) == []
        await give_away(first)
        await say(fake, guild)
        await answered(fake, guild, 2)
        await holds(spare, 0, 1)
        assert [known.id for known in spare.guilds] == [guild.id]
    assert (fake.gateway.identifies, fake.gateway.resumes) == (2, 2)


async def test_a_message_without_a_mention_stays_unanswered_after_a_move(
    fake: FakeDiscord, joined: Joined
) -> None:
    """In an unknown server it would pass for a direct message, and fetch the server."""
    guild = guild_on(fake, 0, 1)
    async with joined("0/1") as first, joined("0/1") as spare:
        await holds(first, 0)
        await give_away(first)
        await fake.say(fake.user(), guild.general, ANSWERED)
        await holds(spare, 0)
        await fake.gateway.caught_up()
        assert not [path for _, path, _ in fake.rest.requests if path == f"/guilds/{guild.id}"]
        await say(fake, guild)
        await answered(fake, guild, 1)
        assert [path for _, path, _ in fake.rest.requests if path == f"/guilds/{guild.id}"]


async def test_questions_in_progress_are_left_to_the_process_that_has_them(
    fake: FakeDiscord, joined: Joined
) -> None:
    guild = guild_on(fake, 0, 1)
    async with joined("0/1") as first, joined("0/1") as spare:
        await holds(first, 0)
        with fake.faults.hold("POST /channels/*/messages") as sending:
            await say(fake, guild)
            await fake.faults.entered(sending)
            await give_away(first, drained=False)
            await holds(spare, 0)
            await fake.gateway.resumed()
        await answered(fake, guild, 1)
        assert isinstance(first.connections, ShardConnections)
        assert first.runtime.cluster is not None
        async with asyncio.timeout(HANG_S):
            while first.connections.is_busy(0):  # noqa: ASYNC110 - it notes its answer
                await asyncio.sleep(0.01)
        await first.runtime.cluster.drained()
        await say(fake, guild)
        await answered(fake, guild, 2)
    assert len([path for method, path, _ in fake.rest.requests if is_message(method, path)]) == 2


async def test_a_silent_process_is_replaced_and_closes_its_shards_first(
    fake: FakeDiscord, joined: Joined, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The question that it received and did not answer is answered once, by the next."""
    guild = guild_on(fake, 1, 2)
    async with joined("0-1/2") as first:
        await holds(first, 0, 1)
        with fake.faults.hold("POST /channels/*/messages") as sending:
            await say(fake, guild)
            await fake.faults.entered(sending)
            assert first.runtime.cluster is not None
            database = first.runtime.cluster.leases._database
            monkeypatch.setattr(database, "_url", SecretStr("postgresql://127.0.0.1:1/gone"))
            await database.close()
            async with joined("0-1/2") as second:
                await holds(second, 0, 1)
                assert held(first) == ()
                [trouble] = first.runtime.degraded.current
                assert trouble.part is Part.CLUSTER
                assert "No questions are answered until it works again" in trouble.message
                assert sending.gate is not None
                sending.gate.set()
                await answered(fake, guild, 1)
                await say(fake, guild)
                await answered(fake, guild, 2)


async def test_a_database_that_comes_back(
    fake: FakeDiscord, joined: Joined, monkeypatch: pytest.MonkeyPatch
) -> None:
    guild = guild_on(fake, 0, 1)
    async with joined("0/1") as client:
        await holds(client, 0)
        assert client.runtime.cluster is not None
        database = client.runtime.cluster.leases._database
        with monkeypatch.context() as patch:
            patch.setattr(database, "_url", SecretStr("postgresql://127.0.0.1:1/gone"))
            await database.close()
            await holds(client)
            await say(fake, guild)
        await holds(client, 0)
        await answered(fake, guild, 1)
        assert client.runtime.degraded.current == ()
    assert fake.gateway.identifies == 1


async def test_shards_of_a_dead_process_are_taken_and_given_back(
    fake: FakeDiscord, joined: Joined
) -> None:
    guild = guild_on(fake, 1, 2)
    async with joined("0/2") as first:
        async with joined("1/2") as second:
            await holds(first, 0)
            await holds(second, 1)
            await say(fake, guild)
            await answered(fake, guild, 1)
        await say(fake, guild)
        await holds(first, 0, 1)
        await answered(fake, guild, 2)
        async with joined("1/2") as second:
            await say(fake, guild)
            await holds(second, 1)
            await holds(first, 0)
            await say(fake, guild)
            await answered(fake, guild, 4)
    assert fake.gateway.identifies == 2


async def test_the_lead_moves(fake: FakeDiscord, joined: Joined) -> None:
    async with joined("0/1") as first:
        assert first.runtime.cluster is not None
        await asyncio.wait_for(first.runtime.cluster.lead.gained.wait(), HANG_S)
        async with joined("0/1") as second:
            assert second.runtime.cluster is not None
            assert not second.runtime.cluster.leads
            await give_away(first)
            await asyncio.wait_for(second.runtime.cluster.lead.gained.wait(), HANG_S)
            assert not first.runtime.cluster.leads


async def test_another_number_of_shards_is_refused(fake: FakeDiscord, joined: Joined) -> None:
    async with joined("0/1") as first:
        await holds(first, 0)
        with pytest.raises(SettingsError, match="running bots have 1"):
            async with joined("0/2"):
                pass


@pytest.mark.usefixtures("patient")
async def test_a_command_of_the_meantime_is_answered_by_the_next(
    fake: FakeDiscord, joined: Joined
) -> None:
    guild = guild_on(fake, 0, 1)
    async with joined("0/1") as first, joined("0/1") as spare:
        await holds(first, 0)
        await fake.until(lambda: fake.world.syncs, "commands")
        await give_away(first)
        question = {"question": ANSWERED}
        asked = await fake.slash(fake.user(), "ask", question, channel=guild.general)
        assert ANSWER in (await asked.final()).text
        assert held(spare) == (0,)


@pytest.mark.usefixtures("patient")
async def test_a_command_of_a_server_that_is_not_fetched_has_the_roles_of_its_user(
    fake: FakeDiscord, joined: Joined, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shard_events, "_LOADED_S", 0.0)
    guild, ann = guild_on(fake, 0, 1), fake.user("Ann")
    role = fake.role(guild, "askers")
    fake.join(guild, ann, role)
    async with joined("0/1") as first, joined("0/1") as spare:
        await holds(first, 0)
        await fake.until(lambda: fake.world.syncs, "commands")
        allowed = ServerSettings(roles=(role.id,))
        await spare.runtime.store.settings.change(guild.id, lambda _: allowed)
        with fake.faults.hold("GET /guilds/*"):
            await give_away(first)
            await holds(spare, 0)
            asked = await fake.slash(ann, "ask", {"question": ANSWERED}, channel=guild.general)
            assert ANSWER in (await asked.final()).text
            assert spare.get_guild(guild.id) is None


@pytest.mark.usefixtures("patient")
async def test_a_new_session_repeats_nothing(
    fake: FakeDiscord, joined: Joined, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session that Discord has forgotten ends the time in which commands may be repeated."""
    monkeypatch.setattr(shard_events, "_ACKNOWLEDGED_S", -math.inf)
    guild, question = guild_on(fake, 0, 1), {"question": ANSWERED}
    async with joined("0/1") as first, joined("0/1") as spare:
        await holds(first, 0)
        await fake.until(lambda: fake.world.syncs, "commands")
        fake.gateway.forget_sessions()
        await give_away(first)
        await holds(spare, 0)
        await fake.until(lambda: fake.gateway.identifies == 2, "a new session")
        async with asyncio.timeout(HANG_S):
            while spare.get_guild(guild.id) is None:  # noqa: ASYNC110 - the cache has no event
                await asyncio.sleep(0.05)
        asked = await fake.slash(fake.user(), "ask", question, channel=guild.general)
        assert ANSWER in (await asked.final()).text


@pytest.mark.usefixtures("patient")
async def test_a_vote_that_is_repeated_after_a_move_counts_once(
    fake: FakeDiscord, joined: Joined, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last holder has acknowledged it, but its session was stored before."""
    monkeypatch.setattr(shard_events, "_ACKNOWLEDGED_S", math.inf)
    guild, ann = guild_on(fake, 0, 1), fake.user("Ann")
    async with joined("0/1") as first, joined("0/1") as spare:
        await holds(first, 0)
        await say(fake, guild)
        await answered(fake, guild, 1)
        [answer] = [m for m in fake.messages(guild.general) if m.author is fake.world.bot]
        receipt = receipt_id(answer)
        voted = await fake.click(answer, button_id(answer, f"vote:{receipt}:up"), ann)
        said = (await voted.final()).content
        giving = asyncio.create_task(give_away(first))
        await asyncio.sleep(0)  # it has closed its shards, and no other process has them yet
        fake.world.tell("INTERACTION_CREATE", payload_of(voted), guild.general)
        await giving
        await holds(spare, 0)
        await fake.until(lambda: any(v.kind == "double ack" for v in fake.violations), "a repeat")
        fake.violations[:] = [v for v in fake.violations if v.kind != "double ack"]
        again = await fake.click(answer, button_id(answer, f"vote:{receipt}:down"), fake.user())
        await again.final()
        assert await votes_on(spare.runtime.store, receipt) == (1, 1)
        assert (await voted.final()).content == said
        assert voted.followups == []


@pytest.mark.parametrize(("own", "stored", "resumed"), [(7, 9, 9), (9, 7, 9)])
async def test_the_newer_of_two_records_of_a_session_counts(
    joined: Joined, own: int, stored: int, resumed: int
) -> None:
    async with joined("0/1") as client:
        connections, intents = client.connections, client.intents.value
        assert isinstance(connections, ShardConnections)
        url = str(DiscordWebSocket.DEFAULT_GATEWAY)
        connections._left[0] = GatewaySession("abc", url, own, intents)
        kept = replace(connections._left[0], sequence=stored)
        session = connections._session_after(Taken(0, kept, draining=False))
        assert session is not None
        assert session.sequence == resumed


async def test_the_token_goes_only_to_discord(joined: Joined) -> None:
    """A user who can write to the database may not get it."""
    async with joined("0/1") as client:
        connections, intents = client.connections, client.intents.value
        assert isinstance(connections, ShardConnections)
        for url in (
            "ws://discord.gg.example",
            "ws://xdiscord.gg",
            "http://127.0.0.1",
            "ws://[",
            "",
        ):
            session = GatewaySession("abc", url, 1, intents)
            assert connections._session_after(Taken(0, session, draining=False)) is None
        near = GatewaySession("abc", "ws://gateway-us-east1-b.discord.gg", 1, intents)
        assert connections._session_after(Taken(0, near, draining=False)) == near


async def test_a_process_without_a_connection_leaves_its_shards_to_others(
    fake: FakeDiscord, joined: Joined, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(member, "_FAILED_S", 0.5)
    connect, unlucky = ShardConnections._connect, list[ShardConnections]()

    async def connected(self: ShardConnections, *given: Any) -> PacedSocket:
        if not unlucky:
            unlucky.append(self)
        if self is unlucky[0]:
            raise KeyError("a bug")
        return await connect(self, *given)

    monkeypatch.setattr(ShardConnections, "_connect", connected)
    guild = guild_on(fake, 0, 1)
    async with joined("0/1") as first:
        async with asyncio.timeout(HANG_S):
            while not unlucky:  # noqa: ASYNC110 - leases have no event
                await asyncio.sleep(0.05)
        assert first.connections is unlucky[0]
        async with joined("0/1") as second:
            await holds(second, 0)
            assert held(first) == ()
            await say(fake, guild)
            await answered(fake, guild, 1)


async def test_a_stop_does_not_wait_for_a_connection_that_hangs(
    fake: FakeDiscord, joined: Joined, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = asyncio.Event()

    async def hang(*_: object) -> None:
        hanging.set()
        await asyncio.sleep(math.inf)

    monkeypatch.setattr(ShardConnections, "_connect", hang)
    async with joined("0/1") as client:
        await asyncio.wait_for(hanging.wait(), HANG_S)
        async with asyncio.timeout(30):  # half of what a connection may take
            await client.close()


async def test_a_bug_while_a_server_is_fetched_leaves_no_message_in_progress(
    fake: FakeDiscord,
    joined: Joined,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The session could never be handed over from after that message."""
    guild = guild_on(fake, 0, 1)
    async with joined("0/1") as first, joined("0/1") as spare:
        await holds(first, 0)
        await give_away(first)
        await holds(spare, 0)
        with monkeypatch.context() as patch:
            patch.setattr(GuildLoader, "load", _fails)
            await say(fake, guild)
            async with asyncio.timeout(HANG_S):
                while "while reading" not in caplog.text:  # noqa: ASYNC110 - a log has no event
                    await asyncio.sleep(0.05)
        assert isinstance(spare.connections, ShardConnections)
        assert not spare.connections.is_busy(0)


async def _fails(_loader: GuildLoader, _guild: int) -> None:
    raise KeyError("threads")


@pytest.mark.usefixtures("patient")
async def test_a_command_that_is_too_old_is_left_alone(
    fake: FakeDiscord, joined: Joined, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Discord no longer accepts an answer to it, and another process may have answered it."""
    monkeypatch.setattr(shard_events, "_ACKNOWLEDGED_S", -math.inf)
    guild, question = guild_on(fake, 0, 1), {"question": ANSWERED}
    async with joined("0/1") as first, joined("0/1") as spare:
        await holds(first, 0)
        await fake.until(lambda: fake.world.syncs, "commands")
        giving = asyncio.create_task(give_away(first))
        await asyncio.sleep(0)  # it has closed its shards, and no other process has them yet
        old = await fake.slash(fake.user(), "ask", question, channel=guild.general)
        await giving
        await holds(spare, 0)
        await fake.gateway.resumed()
        await fake.gateway.caught_up()
        new = await fake.slash(fake.user(), "ask", question, channel=guild.general)
        assert ANSWER in (await new.final()).text
        assert old.ack is None


async def test_the_leader_posts_the_digest_of_a_server_that_another_process_serves(
    fake: FakeDiscord,
    joined: Joined,
    encoder: Encoder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(digests, "_TICK_S", 0.1)
    (tmp_path / "articles").mkdir()
    write_story(tmp_path / "articles", (NEWS,))
    build_index([tmp_path / "articles"], tmp_path / "index", encoder, NoProgress())
    guild, index = guild_on(fake, 1, 2), tmp_path / "index"
    async with joined("0/2", index=index) as first, joined("1/2", index=index) as second:
        await holds(first, 0)
        await holds(second, 1)
        assert first.runtime.cluster is not None
        await asyncio.wait_for(first.runtime.cluster.lead.gained.wait(), HANG_S)
        covered = datetime(2026, 1, 1, tzinfo=UTC)
        digest = StoredDigest(guild.id, guild.general.id, Every.DAILY, 8, covered, covered)
        await second.runtime.store.digests.set(digest)
        post = await fake.next_message(guild.general)
        assert "crane" in post.text
        await asyncio.sleep(0.5)  # several ticks
        assert fake.messages(guild.general) == [post]


async def give_away(client: DealbotClient, *, drained: bool = True) -> None:
    """Give the shards away. With `drained`, what is in progress counts as answered."""
    assert client.runtime.cluster is not None
    await client.runtime.cluster.give_away(HANG_S)
    if drained:
        await client.runtime.cluster.drained()


def is_message(method: str, path: str) -> bool:
    return method == "POST" and path.endswith("/messages")
