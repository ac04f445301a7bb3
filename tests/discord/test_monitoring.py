"""Metrics and health pages of a running bot."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.discord.client import DealbotClient
from bot.discord.runtime import Runtime
from bot.monitoring.degradations import Degradations, Part
from bot.monitoring.gauges import Watched
from bot.monitoring.http import serve
from bot.monitoring.metrics import Metrics
from tests.discord.conftest import ANSWERED, NOT_ANSWERED, OpenRuntime, ask, connected
from tests.fake_discord import FakeDiscord
from tests.hang_guard import HANG_S

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


class Watching:
    """A bot's metrics pages, served on a port of their own."""

    def __init__(self, runtime: Runtime, port: int, session: aiohttp.ClientSession) -> None:
        self.runtime, self.port, self._session = runtime, port, session

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        address = f"http://127.0.0.1:{self.port}{path}"
        async with self._session.get(address, headers=headers) as response:
            return response.status, await response.text()

    async def metrics(self) -> Series:
        status, page = await self.get("/metrics")
        assert status == 200
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(page)
            for sample in family.samples
        }

    async def value(self, name: str, **labels: str) -> float:
        return (await self.metrics())[name, frozenset(labels.items())]


@pytest.fixture
async def watching(
    opened_runtime: OpenRuntime, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Watching]:
    monkeypatch.setattr("bot.monitoring.http._FRESH_S", 0.0)
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        runtime = await stack.enter_async_context(opened_runtime(observer=metrics))
        watched = Watched(runtime.requests.service, runtime.live, runtime.degraded, runtime.gateway)
        port = await stack.enter_async_context(serve(watched, metrics, "127.0.0.1", 0))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        yield Watching(runtime, port, session)


@pytest.fixture
async def client(watching: Watching, fake: FakeDiscord) -> AsyncIterator[DealbotClient]:
    async with connected(watching.runtime, fake) as client:
        yield client


@pytest.mark.usefixtures("client")
async def test_questions_are_counted_by_what_became_of_them(
    watching: Watching, fake: FakeDiscord
) -> None:
    guild, ann = fake.guild(), fake.user("Ann")
    assert await watching.value("dealbot_answers_total", status="abstained") == 0
    await ask(fake, ann, guild.general, ANSWERED)
    await ask(fake, ann, guild.general, NOT_ANSWERED)
    asked = await fake.slash(ann, "ask", {"question": " "}, channel=guild.general)
    await asked.response()
    await fake.say(ann, guild.general, ANSWERED, mention_bot=True)
    await fake.next_message(guild.general)
    values = await watching.metrics()

    def value(name: str, **labels: str) -> float:
        return values[name, frozenset(labels.items())]

    assert value("dealbot_questions_total", way="command") == 3
    assert value("dealbot_questions_total", way="message") == 1
    assert value("dealbot_answers_total", status="answered") == 2
    assert value("dealbot_answers_total", status="abstained") == 1
    assert value("dealbot_refusals_total", reason="question") == 1
    assert value("dealbot_batch_questions_sum") == 3
    computed = dict.fromkeys(("read", "encode", "search", "rank"), 2)  # one answer was cached
    for stage, count in {"queue": 3, "render": 3, **computed}.items():
        assert value("dealbot_stage_seconds_count", stage=stage) == count
        assert value("dealbot_stage_seconds_sum", stage=stage) > 0
    assert value("dealbot_answering_seconds_count") == 3
    assert value("process_resident_memory_bytes") > 0


@pytest.mark.usefixtures("client")
async def test_a_bug_is_counted_as_one_and_its_series_was_there_before(
    watching: Watching, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """rate() misses the first event of a series that begins with it."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    assert await watching.value("dealbot_refusals_total", reason="bug") == 0
    monkeypatch.setattr("bot.discord.answers.shown", broken)
    ann = fake.user("Ann")
    asked = await fake.slash(ann, "ask", {"question": ANSWERED}, channel=fake.dm(ann))
    shown = await asked.final()
    await fake.until(lambda: "Something went wrong" in shown.text, "the failure")
    assert await watching.value("dealbot_refusals_total", reason="bug") == 1


async def test_a_busy_event_loop_shows_as_lag(watching: Watching) -> None:
    lag, blocked_s = "dealbot_event_loop_lag_seconds_sum", 0.5
    before = await watching.value(lag)
    time.sleep(blocked_s)  # noqa: ASYNC251 - this is what is measured
    assert await watching.value(lag) - before > blocked_s / 2


async def test_how_things_stand(watching: Watching, client: DealbotClient) -> None:
    manifest = watching.runtime.live.current.generation.manifest
    named = {"generation": manifest.id, "encoder": manifest.encoder_id}
    assert await watching.value("dealbot_generation_info", **named) == 1
    assert await watching.value("dealbot_articles") == 3
    assert await watching.value("dealbot_waiting_questions") == 0
    assert await watching.value("dealbot_gateway_connections") == 1
    watching.runtime.degraded.set(Part.STORE, "full")
    assert await watching.value("dealbot_degraded", part="store") == 1
    assert await watching.value("dealbot_degraded", part="redis") == 0


@pytest.mark.usefixtures("client")
async def test_who_asks_and_what_adds_no_series(watching: Watching, fake: FakeDiscord) -> None:
    guilds = [fake.guild() for _ in range(3)]
    for guild in guilds[:1]:
        await ask(fake, fake.user(), guild.general, ANSWERED)
    before = set(await watching.metrics())
    for number, guild in enumerate(guilds):
        await ask(fake, fake.user(), guild.general, f"{ANSWERED} {number}")
    assert set(await watching.metrics()) == before


async def test_ready_once_discord_is_connected_and_also_while_something_is_degraded(
    watching: Watching, fake: FakeDiscord
) -> None:
    assert (await watching.get("/healthz"))[0] == 200
    assert (await watching.get("/readyz"))[0] == 503
    async with connected(watching.runtime, fake):
        assert (await watching.get("/readyz"))[0] == 200
        watching.runtime.degraded.set(Part.REDIS, "gone since noon")
        status, told = await watching.get("/readyz")
        assert status == 200
        assert "gone since noon" in told


async def test_a_lost_connection_is_seen_and_a_degradation_unless_it_is_soon_back(
    watching: Watching,
    client: DealbotClient,
    fake: FakeDiscord,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gateway, degraded = watching.runtime.gateway, watching.runtime.degraded
    fake.gateway.abort()
    await fake.gateway.resumed()
    guild = fake.guild()
    await ask(fake, fake.user(), guild.general, ANSWERED)
    assert (gateway.losses, gateway.connected) == (1, 1)
    assert degraded.current == ()
    monkeypatch.setattr("bot.monitoring.gateway._ROUTINE_S", 0.0)
    gateway.down(0)
    assert (await watching.get("/readyz"))[0] == 503
    assert _parts(degraded) == [Part.GATEWAY]
    gateway.up(0, 1)
    assert degraded.current == ()


def _parts(degraded: Degradations) -> list[Part]:
    return [each.part for each in degraded.current]


async def test_a_batch_that_hangs_is_no_health(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.monitoring.http._STALLED_S", 1e-9)
    assert (await watching.get("/healthz"))[0] == 200
    service = watching.runtime.requests.service
    monkeypatch.setattr(service, "_at_work_since", 0.0)
    status, told = await watching.get("/healthz")
    assert status == 503
    assert "stalled_s" in told


async def test_whoever_sends_slowly_or_nothing_is_cut_off_and_holds_up_nobody(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.monitoring.http._LONGEST_S", 0.5)
    slow = [await asyncio.open_connection("127.0.0.1", watching.port) for _ in range(20)]
    for _, writer in slow:
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    assert (await watching.get("/healthz"))[0] == 200
    async with asyncio.timeout(HANG_S):
        for reader, writer in slow:
            assert await _all_from(reader) == b""
            writer.close()


async def test_a_client_that_reads_nothing_is_cut_off(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """aiohttp itself ends idle connections, but none whose response waits for its reader."""
    monkeypatch.setattr("bot.monitoring.http._LONGEST_S", 0.5)
    _, writer = await asyncio.open_connection("127.0.0.1", watching.port)
    async with asyncio.timeout(HANG_S):
        with pytest.raises(ConnectionError):
            await _request_without_end(writer)
    writer.close()
    assert (await watching.get("/healthz"))[0] == 200


async def _request_without_end(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100)
        await writer.drain()


async def _all_from(reader: asyncio.StreamReader) -> bytes:
    """Read until the peer closes or resets the connection."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


async def test_only_so_many_connections_are_taken(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.monitoring.http._MOST_CONNECTIONS", 2)
    held = [await asyncio.open_connection("127.0.0.1", watching.port) for _ in range(2)]
    async with asyncio.timeout(HANG_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", watching.port)
        writer.write(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert await _all_from(reader) == b""
    for _, each in (*held, (reader, writer)):
        each.close()


@pytest.mark.parametrize(
    ("name", "status"),
    [
        *(("evil.example", 421), ("evil.example:9464", 421), ("192.0.2.7", 421), ("[::1", 421)),
        *(("127.0.0.1", 200), ("localhost:9464", 200), ("[::1]:9464", 200)),
    ],
)
async def test_a_name_that_somebody_lets_lead_here_shows_nothing(
    watching: Watching, name: str, status: int
) -> None:
    for path in ("/metrics", "/healthz"):
        told, page = await watching.get(path, Host=name)
        assert told == status
        assert ("dealbot" in page or "healthy" in page) == (status == 200)


@pytest.mark.parametrize(
    "request_",
    [
        b"\x00\xff\x16\x03\x01",
        b"GET " + b"a" * 100_000,
        b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n" + b"X-Y: z\r\n" * 50_000 + b"\r\n",
    ],
)
async def test_nonsense_gets_an_error_and_disturbs_nobody(
    watching: Watching, monkeypatch: pytest.MonkeyPatch, request_: bytes
) -> None:
    monkeypatch.setattr("bot.monitoring.http._LONGEST_S", 0.5)
    reader, writer = await asyncio.open_connection("127.0.0.1", watching.port)
    writer.write(request_)
    async with asyncio.timeout(HANG_S):
        answer = await _all_from(reader)
    assert answer == b"" or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4"))
    writer.close()
    assert (await watching.get("/healthz"))[0] == 200


async def test_the_shards_and_the_lead_are_shown(watching: Watching) -> None:
    """A spare process, which holds no shard, is ready too."""
    gateway = watching.runtime.gateway
    assert json.loads((await watching.get("/healthz"))[1]) == {"healthy": True}
    assert (await watching.get("/readyz"))[0] == 503
    gateway.holds((), leads=False)
    assert (await watching.get("/readyz"))[0] == 200
    gateway.holds((3, 2), leads=True)
    assert (await watching.get("/readyz"))[0] == 503
    told = json.loads((await watching.get("/healthz"))[1])
    assert told == {"healthy": True, "shards": [2, 3], "leader": True}
    assert await watching.value("dealbot_shards_held") == 2
    assert await watching.value("dealbot_leader") == 1
    gateway.up(2, 16)
    gateway.up(9, 16)  # given away since
    assert await watching.value("dealbot_gateway_connections_expected") == 2
    assert await watching.value("dealbot_gateway_connections") == 1
    gateway.holds((3,), leads=False)
    assert (gateway.connected, gateway.losses) == (0, 0)
