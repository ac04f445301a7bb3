"""Leases in a real PostgreSQL: one holder each, handed over, lost, and taken."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from itertools import pairwise

import pytest
from pydantic import SecretStr

from bot.cluster import leases as module
from bot.cluster.database import ClusterDatabase, ClusterError
from bot.cluster.drain import Drain
from bot.cluster.leases import Given, Leases
from bot.cluster.session import GatewaySession
from bot.cluster.shards import ShardRange
from tests.postgres_server import PostgresServer

SESSION = GatewaySession("abc", "wss://gateway.example/", 41, 513)

Process = Callable[..., Leases]


@pytest.fixture
async def process(postgres: PostgresServer) -> AsyncIterator[Process]:
    """Return a function that makes the leases of a process with a name and a range."""
    url = SecretStr(postgres.database())
    async with AsyncExitStack() as closing:

        def process(name: str, shards: str, bot: str = "") -> Leases:
            database = ClusterDatabase(url)
            closing.push_async_callback(database.close)
            return Leases(database, ShardRange.parse(shards), name, bot)

        yield process


async def test_many_that_join_and_take_at_once_get_different_shards(process: Process) -> None:
    everyone = [process(f"p{number}", "0-7/8") for number in range(6)]
    assert await asyncio.gather(*(each.join() for each in everyone)) == [[]] * 6
    taken = await asyncio.gather(*(each.take(range(8), 3) for each in everyone))
    shards = [each.shard for of_one in taken for each in of_one]
    assert sorted(shards) == list(range(8))
    assert all(len(of_one) <= 3 for of_one in taken)


async def test_a_lease_is_taken_only_after_its_end_and_then_not_renewed(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LEASE_S", 0.5)
    first, second = process("first", "0/1"), process("second", "0/1")
    await first.join()
    [taken] = await first.take([0], 1)
    assert taken.session is None
    assert (await first.beat({0: SESSION}, leads=False)).shards == {0}
    assert await second.take([0], 1) == []
    while not (later := await second.take([0], 1)):  # noqa: ASYNC110 - the server's clock ends it
        await asyncio.sleep(0.02)
    assert later[0].session == SESSION
    assert (await first.beat({0: SESSION}, leads=False)).shards == set()
    assert (await second.beat({0: None}, leads=False)).shards == {0}


async def test_others_wait_for_the_process_that_a_shard_belongs_to(process: Process) -> None:
    owner, other = process("owner", "0/1"), process("other", "0/1")
    await owner.join()
    assert await other.take([0], 1, grace_s=60) == []
    [_] = await owner.take([0], 1)
    await owner.release([Given(0, SESSION, busy=False, at_once=False)], 0)
    assert await other.take([0], 1, grace_s=60) == []
    [_] = await owner.take([0], 1)
    await owner.release([Given(0, SESSION, busy=False, at_once=True)], 0)
    [taken] = await other.take([0], 1, grace_s=60)
    assert (taken.session, taken.draining) == (SESSION, False)


async def test_the_next_holder_learns_when_the_last_has_answered(process: Process) -> None:
    first, second = process("first", "0/1"), process("second", "0/1")
    await first.join()
    await first.take([0], 1)
    await first.release([Given(0, None, busy=True, at_once=True)], 60)
    [taken] = await second.take([0], 1)
    assert taken.draining
    assert await second.is_draining(0)
    await first.drained()
    assert not await second.is_draining(0)


async def test_a_shard_that_passes_on_stays_with_the_process_that_answers(process: Process) -> None:
    """A release with nothing in progress does not end the drain of an earlier holder."""
    first, second, third = (process(name, "0/1") for name in ("first", "second", "third"))
    await first.join()
    await first.take([0], 1)
    await first.release([Given(0, None, busy=True, at_once=True)], 60)
    await second.take([0], 1)
    await second.release([Given(0, None, busy=False, at_once=True)], 60)
    [taken] = await third.take([0], 1)
    assert taken.draining
    await first.drained()
    assert not await third.is_draining(0)


async def test_a_released_lease_has_no_holder(process: Process) -> None:
    """Its last holder waits as long as every other process."""
    first = process("first", "0/1")
    await first.join()
    await first.take([0], 1)
    await first.release([Given(0, SESSION, busy=False, at_once=False)], 0)
    assert (await first.beat({0: None}, leads=False)).shards == set()
    assert await first.take([0], 1, grace_s=60) == []


async def test_one_leads_until_it_leaves(process: Process) -> None:
    first, second = process("first", "0/1"), process("second", "0/1")
    await first.join()
    assert await first.lead()
    assert not await second.lead()
    assert (await first.beat({}, leads=True)).leads
    await first.leave()
    assert await second.lead()


async def test_turns_to_begin_a_session_are_apart_and_bounded(process: Process) -> None:
    everyone = [process(f"p{number}", "0/1") for number in range(3)]
    await everyone[0].join()
    waits = [await each.identify_in_s() for _ in range(4) for each in everyone]
    given = [wait_s for wait_s in waits if wait_s is not None]
    assert given[0] == 0
    assert all(0 < after - before <= module.IDENTIFY_S for before, after in pairwise(given))
    assert max(given) < 40
    assert waits[-1] is None


async def test_another_number_of_shards_is_seen_while_its_processes_live(process: Process) -> None:
    first, second = process("first", "0/1"), process("second", "0/2")
    await first.join()
    await first.beat({}, leads=False)
    assert await second.join() == [1]
    await first.leave()
    assert await second.join() == []


async def test_of_two_numbers_of_shards_that_join_at_once_one_is_refused(process: Process) -> None:
    everyone = [process(f"p{number}", f"0/{number % 2 + 1}") for number in range(6)]
    others = await asyncio.gather(*(each.join() for each in everyone))
    refused = [bool(counts) for counts in others]
    assert refused in ([False, True] * 3, [True, False] * 3)


async def test_a_process_that_stood_still_learns_of_another_number_of_shards(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = process("first", "0/1"), process("second", "0/2")
    with monkeypatch.context() as patch:
        patch.setattr(module, "LEASE_S", 0.0)
        await first.join()
    assert await second.join() == []
    with pytest.raises(ClusterError, match="have 2 shards and this one has 1"):
        await first.beat({}, leads=False)
    await second.beat({}, leads=False)
    await second.leave()
    await first.beat({}, leads=False)


async def test_two_bots_in_one_database_share_nothing(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SETTLED_S", 0.0)
    one, other = process("one", "0/1", "123"), process("other", "0/2", "456")
    assert await one.join() == await other.join() == []
    for each in (one, other):
        assert len(await each.take([0], 1)) == 1
        assert await each.lead()
        assert await each.identify_in_s() == 0
        assert (await each.beat({0: None}, leads=True)).shards == {0}
        assert await each.wanted() == set()
    found = {each.lease: each.process for each in await one.holders()}
    assert found == {"leader of 123": "one", "leader of 456": "other", "shard 0/1 of 123": "one"}


async def test_no_shards_are_given_back_to_a_process_that_rests(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SETTLED_S", 0.0)
    first, second = process("first", "0/2"), process("second", "1/2")
    await first.join()
    assert not await first.rest(60)
    await second.join()
    assert await second.wanted() == {0}
    assert await first.rest(60)
    await first.beat({}, leads=False)
    assert await second.wanted() == set()


async def test_the_holders(process: Process) -> None:
    first, second = process("first", "0/2"), process("second", "1/2")
    with pytest.raises(ClusterError, match="dealbot run creates them"):
        await first.holders()
    await first.join()
    await first.take([0], 1)
    await second.lead()
    found = {each.lease: each.process for each in await first.holders()}
    assert found == {"leader": "second", "shard 0/2": "first", "shard 1/2": ""}


async def test_a_server_that_restarts_and_a_password_that_is_never_told(
    postgres: PostgresServer,
) -> None:
    gone = ClusterDatabase(SecretStr("postgresql://u:secret-word@127.0.0.1:1/gone"))
    with pytest.raises(ClusterError) as failed:
        await gone.run(("SELECT 1", []))
    assert "secret-word" not in repr(failed.value) + failed.value.user_message
    assert failed.value.__cause__ is None
    database = ClusterDatabase(SecretStr(postgres.database()))
    try:
        await database.run(("SELECT 1", []))
        with pytest.raises(ClusterError):
            await database.run(("SELECT pg_terminate_backend(pg_backend_pid())", []))
        assert await database.run(("SELECT 1", [])) == [[(1,)]]
    finally:
        await database.close()


async def test_who_stops_waiting_ends_only_its_own_statement(postgres: PostgresServer) -> None:
    database = ClusterDatabase(SecretStr(postgres.database()))
    try:
        await database.run(("SELECT 1", []))
        slow = asyncio.create_task(database.run(("SELECT pg_sleep(1)", [])))
        await asyncio.sleep(0.1)
        waiting = asyncio.create_task(database.run(("SELECT 1", [])))
        await asyncio.sleep(0.1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert len(await slow) == 1
    finally:
        await database.close()


async def test_all_who_wait_for_a_drain_share_its_queries(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = process("first", "0/1"), process("second", "0/1")
    await first.join()
    await first.take([0], 1)
    await first.release([Given(0, None, busy=True, at_once=True)], 60)
    looks = 0

    async def is_draining(shard: int) -> bool:
        nonlocal looks
        looks += 1
        return await first.is_draining(shard)

    monkeypatch.setattr(second, "is_draining", is_draining)
    drain = Drain(second, lambda _: True)
    waiting = [asyncio.create_task(drain.ended(0)) for _ in range(20)]
    while not looks:  # noqa: ASYNC110 - the first of many queries
        await asyncio.sleep(0.01)
    waiting.pop().cancel()
    await first.drained()
    await asyncio.gather(*waiting)
    assert looks < len(waiting)
    assert not drain._waiting
