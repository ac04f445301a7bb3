"""A server that fails while the bot runs: reported once, no caller waits for it, it recovers."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest
from pydantic import SecretStr

from bot.domain.errors import StoreError
from bot.monitoring.degradations import Degradations
from bot.store import ServerSettings, Store, StorePlace
from tests.hang_guard import HANG_S
from tests.postgres_server import PostgresServer, running_postgres
from tests.store.conftest import GUILD, kept
from tests.store.outside import WAITING, connected, execute


@pytest.fixture
def place(postgres: PostgresServer) -> SecretStr:
    return SecretStr(postgres.database())


@pytest.fixture
def degraded(monkeypatch: pytest.MonkeyPatch) -> Degradations:
    monkeypatch.setattr("bot.store.health._CALM_S", 0.0)
    return Degradations()


@pytest.fixture
async def watched(place: StorePlace, degraded: Degradations) -> AsyncIterator[Store]:
    async with Store.open(place, degraded=degraded) as store:
        yield store


async def keeps(store: Store) -> bool:
    try:
        await store.receipts.add(kept())
    except StoreError:
        return False
    return True


async def until_kept(store: Store) -> None:
    async with asyncio.timeout(HANG_S):
        while not await keeps(store):  # noqa: ASYNC110 - nothing tells when the server is back
            await asyncio.sleep(0.05)


async def test_a_server_that_does_not_answer_holds_up_nobody(
    watched: Store,
    place: SecretStr,
    degraded: Degradations,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.store.database.PATIENCE_S", 0.1)
    late = kept()
    with connected(place) as other, other.transaction():
        other.execute("LOCK TABLE receipts")
        with pytest.raises(StoreError, match="does not answer: the server is busy"):
            await watched.receipts.add(late)
        monkeypatch.setattr("bot.store.database._LITTLE_PATIENCE_S", 60)
        for _ in range(3):  # they do not queue behind the one in work
            with pytest.raises(StoreError, match="does not answer"):
                await watched.values.get("any")
        assert len(degraded.current) == 1
    await until_kept(watched)
    assert not degraded.current
    assert await watched.receipts.get(late.id) is not None  # the late statement completed


async def test_the_server_ends_a_statement_that_takes_too_long(
    place: SecretStr, degraded: Degradations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.server.PATIENCE_S", 0.2)
    async with Store.open(place, degraded=degraded) as store:
        with connected(place) as other, other.transaction():
            other.execute("LOCK TABLE receipts")
            with pytest.raises(StoreError, match="did not answer in time"):
                await store.receipts.add(kept())
        assert "did not answer in time" in degraded.current[0].message
        await until_kept(store)


async def test_settings_that_could_not_be_read_are_read_again(
    watched: Store, place: SecretStr
) -> None:
    private = ServerSettings(private=True)
    async with Store.open(place) as other:
        await other.settings.change(GUILD, lambda _: private)
    execute(place, "ALTER TABLE settings RENAME TO gone")
    with pytest.raises(StoreError, match="lacks the tables"):
        await watched.settings.refresh()
    execute(place, "ALTER TABLE gone RENAME TO settings")
    await watched.settings.refresh()
    assert watched.settings.get(GUILD) == private


async def test_connections_that_the_server_closed_cost_no_statement(
    watched: Store, place: SecretStr, degraded: Degradations
) -> None:
    assert all(await asyncio.gather(*(keeps(watched) for _ in range(10))))
    execute(
        place,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    assert all(await asyncio.gather(*(keeps(watched) for _ in range(10))))
    assert not degraded.current


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """Run a server that the test may kill."""
    with running_postgres() as server:
        yield server


async def test_a_server_killed_in_the_middle_of_a_statement_is_told_and_used_again(
    own_server: PostgresServer, degraded: Degradations, caplog: pytest.LogCaptureFixture
) -> None:
    place = SecretStr(own_server.database())
    async with Store.open(place, degraded=degraded) as store:
        before, during = kept(), kept()
        await store.receipts.add(before)
        other = connected(place)
        other.execute("BEGIN")
        other.execute("LOCK TABLE receipts")
        adding = asyncio.create_task(store.receipts.add(during))
        async with asyncio.timeout(HANG_S):
            while not other.execute(WAITING).fetchall():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        own_server.kill()
        with pytest.raises(StoreError, match="is not reachable"):
            await adding
        other.close()
        assert not await keeps(store)
        [degradation] = degraded.current
        assert "check database_url and that the server runs. Answers" in degradation.message
        own_server.start()
        await until_kept(store)
        assert not degraded.current
        assert await store.receipts.get(before.id) is not None
        assert await store.receipts.get(during.id) is None
    told = [r.getMessage().split()[0] for r in caplog.records if r.levelno >= logging.WARNING]
    assert told == ["degraded,", "store"]


async def test_it_closes_though_a_statement_is_late(
    place: SecretStr, degraded: Degradations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.database.PATIENCE_S", 0.05)
    with connected(place) as other:
        async with Store.open(place, degraded=degraded) as store:
            monkeypatch.setattr("bot.store.server.PATIENCE_S", 0.05)
            other.execute("BEGIN")
            other.execute("LOCK TABLE receipts")
            assert not await keeps(store)
        other.execute("COMMIT")
    async with Store.open(place) as store:
        assert (await store.describe()).answers == 0


async def test_a_distant_server_that_works_again_is_not_called_degraded_for_ever(
    watched: Store, place: SecretStr, degraded: Degradations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each statement takes longer than the patience with a store that fails."""
    monkeypatch.setattr("bot.store.health._CALM_S", 0.3)
    monkeypatch.setattr("bot.store.database._LITTLE_PATIENCE_S", 0.0)
    execute(place, "ALTER TABLE facts RENAME TO gone")
    with pytest.raises(StoreError, match="lacks the tables"):
        await watched.values.get("any")
    execute(place, "ALTER TABLE gone RENAME TO facts")
    async with asyncio.timeout(HANG_S):
        while degraded.current:
            with suppress(StoreError):  # it does not answer in time
                await watched.values.get("any")
            await asyncio.sleep(0.05)
