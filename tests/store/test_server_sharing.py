"""One store on a server, used by several processes at the same time."""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import LiteralString

import pytest
from pydantic import SecretStr

from bot.domain.known_answer import KnownAnswer
from bot.store import ServerSettings, Store, StorePlace
from bot.store.watches import StoredWatch
from tests.hang_guard import HANG_S
from tests.postgres_server import PostgresServer
from tests.store.conftest import CHANNEL, GUILD, NOON, kept
from tests.store.outside import WAITING, connected, votes_on


@pytest.fixture
def place(postgres: PostgresServer) -> SecretStr:
    return SecretStr(postgres.database())


@pytest.fixture
async def others(place: StorePlace, store: Store) -> AsyncIterator[list[Store]]:
    """Open the same store twice more, as other processes do."""
    async with Store.open(place) as second, Store.open(place) as third:
        yield [store, second, third]


ASKING = """
import asyncio, sys
from pydantic import SecretStr
from bot.store import Store
from tests.store.conftest import kept

async def main():
    async with Store.open(SecretStr(sys.argv[1])) as store:
        print(store.asker(42), store.signer.sign("more"), flush=True)
        sys.stdin.readline()
        for _ in range(50):
            receipt = kept()
            await store.receipts.add(receipt)
            await store.votes.vote(receipt.id, "someone", 1)
            print(receipt.id, flush=True)

asyncio.run(main())
"""


async def asking(place: SecretStr) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ASKING, place.get_secret_value()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


async def test_two_processes_make_the_store_once_and_write_at_once(place: SecretStr) -> None:
    processes = [await asking(place) for _ in range(2)]
    try:
        async with asyncio.timeout(HANG_S):
            secrets = [await process.stdout.readline() for process in processes]  # type: ignore[union-attr]
            outputs = await asyncio.gather(*(each.communicate(b"\n") for each in processes))
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
    assert secrets[0] == secrets[1] != b""
    ids = [line for out, _ in outputs for line in out.decode().split()]
    assert len(set(ids)) == 100
    async with Store.open(place) as store:
        assert [await votes_on(store, each) for each in ids] == [(1, 0)] * 100


async def test_settings_of_one_process_are_seen_by_the_others(
    monkeypatch: pytest.MonkeyPatch, place: SecretStr
) -> None:
    monkeypatch.setattr("bot.store.settings._FOLLOW_S", 0.02)
    private = ServerSettings(private=True)
    async with Store.open(place) as one, Store.open(place) as other:
        await one.settings.change(GUILD, lambda _: private)
        assert one.settings.get(GUILD) == private
        async with asyncio.timeout(HANG_S):
            while other.settings.get(GUILD) != private:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def test_settings_that_several_change_at_once_are_all_kept(others: list[Store]) -> None:
    def with_role(role: int, now: ServerSettings) -> ServerSettings:
        return now.model_copy(update={"roles": (*now.roles, role)})

    await asyncio.gather(
        *(
            others[role % 3].settings.change(GUILD, lambda now, role=role: with_role(role, now))  # type: ignore[misc]
            for role in range(30)
        )
    )
    for store in others:
        await store.settings.refresh()
        assert sorted(store.settings.get(GUILD).roles) == list(range(30))
    assert await others[0].values.get("settings") == "30"  # each change is seen by the others


async def test_several_forget_what_is_old_at_once(
    others: list[Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("tables", "database"):
        monkeypatch.setattr(f"bot.store.{module}.PART", 5)
    now = datetime.now(UTC)
    for number in range(60):
        old = kept(asker=f"{number}", created=now - timedelta(days=9))
        await others[0].receipts.add(old)
    await others[0].receipts.add(new := kept(created=now))
    await asyncio.gather(*(store.forget_old(keep_days=7) for store in others * 3))
    assert (await others[1].describe()).answers == 1
    assert await others[2].receipts.get(new.id) is not None


@pytest.mark.parametrize(
    "hold", ["UPDATE receipts SET channel = 7", "SELECT 1 FROM receipts FOR UPDATE"]
)
async def test_a_person_is_forgotten_though_others_hold_their_rows(
    others: list[Store], place: SecretStr, hold: LiteralString
) -> None:
    theirs = [kept(asker=others[0].asker(42)) for _ in range(3)]
    for receipt in theirs:
        await others[0].receipts.add(receipt)
    with connected(place) as other:
        with other.transaction():
            other.execute(hold)
            forgetting = asyncio.create_task(others[1].people.forget(42))
            async with asyncio.timeout(HANG_S):
                while not forgetting.done() and not other.execute(WAITING).fetchall():  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        assert (await forgetting).answers == 3
    assert (await others[2].people.count(42)).answers == 0


async def test_several_take_no_more_places_for_watches_than_there_are(others: list[Store]) -> None:
    told = KnownAnswer(answer=kept().answer)
    watch = StoredWatch("w", NOON, 42, GUILD, CHANNEL, "When?", "g", NOON, told)
    added = await asyncio.gather(
        *(
            store.watches.add(
                replace(watch, id=f"{number}", question=f"{number}"), per_person=5, per_server=9
            )
            for number, store in enumerate(others * 5)
        )
    )
    assert added.count(True) == 5
    assert len(await others[0].watches.of_watcher(42)) == 5


async def test_votes_of_several_processes_all_count(others: list[Store]) -> None:
    receipt = kept()
    await others[0].receipts.add(receipt)
    await asyncio.gather(
        *(store.votes.vote(receipt.id, f"{n}", 1) for n, store in enumerate(others * 20))
    )
    assert await votes_on(others[1], receipt.id) == (60, 0)


async def test_a_change_by_another_process_makes_a_new_snapshot(others: list[Store]) -> None:
    before = await others[0].asked.snapshot()
    assert await others[0].asked.snapshot() == before
    await others[1].receipts.add(kept())
    assert await others[0].asked.snapshot() != before
