"""Copies between files and servers: whole and equal, or nothing."""

import asyncio
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import LiteralString

import pytest
from pydantic import SecretStr

from bot.domain.digests import Every
from bot.domain.errors import StoreError
from bot.domain.known_answer import KnownAnswer
from bot.domain.spending import Spent
from bot.store import AuditEntry, ServerSettings, Store, StorePlace
from bot.store.digests import StoredDigest
from bot.store.people import PersonData
from bot.store.tables import metadata
from bot.store.transfer import copy
from bot.store.watches import StoredWatch
from bot.wording.answers import put_in_words
from index.progress import NoProgress
from tests.hang_guard import HANG_S
from tests.postgres_server import PostgresServer
from tests.store.conftest import CHANNEL, GUILD, NOON, kept
from tests.store.outside import execute, votes_on
from tests.store.test_migration import make_old

ANN = 42
KINDS = [("file", "server"), ("server", "file"), ("file", "file"), ("server", "server")]


@pytest.fixture(params=KINDS, ids="-".join)
def places(
    request: pytest.FixtureRequest, tmp_path: Path, postgres: PostgresServer
) -> tuple[StorePlace, StorePlace]:
    """Name a source and a target that do not exist yet."""

    def place(kind: str, name: str) -> StorePlace:
        return tmp_path / name if kind == "file" else SecretStr(postgres.database())

    source, target = request.param
    return place(source, "source.sqlite"), place(target, "target.sqlite")


async def fill(place: StorePlace, receipts: int = 3) -> None:
    """Fill every table of a new store."""
    async with Store.open(place, keep_questions=True) as store:
        for number in range(receipts):
            receipt = kept(f"Asked {number} of “ÖBB” 👩‍🍳?", asker=store.asker(ANN))
            await store.receipts.add(receipt)
            await store.receipts.link_message(number, receipt.id)
            await store.votes.vote(receipt.id, store.asker(ANN), 1)
        await store.receipts.add(kept(guild=None, private=True))
        await store.settings.change(GUILD, lambda _: ServerSettings(admin_users=(ANN,)))
        for action in ("rebuild", "config"):
            await store.audit.record(AuditEntry(NOON, GUILD, ANN, action, "", "done"))
        await store.usage.add(datetime.now(UTC).date(), str(ANN), Spent(3, 2, 1))
        await store.usage.add(date(2031, 5, 4), "someone", Spent(3, 2, 1))
        told = KnownAnswer(answer=receipt.answer)
        watch = StoredWatch("w", NOON, ANN, GUILD, CHANNEL, "When?", "g", NOON, told)
        assert await store.watches.add(watch, per_person=5, per_server=5)
        due = NOON + timedelta(hours=20)
        await store.digests.set(StoredDigest(GUILD, CHANNEL, Every.DAILY, 8, due, NOON))
        await store.values.set("commands", "0a1b")
    execute(place, "INSERT INTO notes VALUES (0, '{}', ?)", isinstance(place, SecretStr))


async def everything(place: StorePlace) -> tuple[PersonData, object, str]:
    async with Store.open(place, exclusive=False, create=False) as store:
        person = await store.people.export(ANN, put_in_words)
        return person, await store.digests.get(GUILD), store.signer.sign("more")


def rows(place: StorePlace) -> dict[str, int]:
    names = metadata.tables
    return {name: execute(place, f"SELECT count(*) FROM {name}")[0][0] for name in names}


async def test_a_copy_has_everything_and_the_store_goes_on_in_it(
    places: tuple[StorePlace, StorePlace], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.transfer.PART", 2)
    source, target = places
    await fill(source)
    before = await everything(source)
    copied = await copy(source, target, NoProgress())
    assert copied == rows(source) == rows(target)
    assert min(copied.values()) > 0
    assert await everything(target) == before
    async with Store.open(target) as store:  # the numbers of new rows go on
        await store.audit.record(AuditEntry(NOON, GUILD, ANN, "last", "", "done"))
        assert [each.action for each in await store.audit.latest(GUILD, 1)] == ["last"]
        newest = kept()
        await store.receipts.add(newest)
        recent = await store.receipts.recent(CHANNEL, NOON, 9)
        assert [each.id for each in recent][-1] == newest.id
    assert await everything(source) == before


async def test_a_store_of_an_old_schema_is_copied(postgres: PostgresServer, path: Path) -> None:
    make_old(path, 1)
    target = SecretStr(postgres.database())
    await copy(path, target, NoProgress())
    async with Store.open(target) as store:
        receipt = await store.receipts.get("abcdefgh2345")
        assert receipt is not None
        assert await votes_on(store, receipt.id) == (1, 1)


async def test_a_target_with_anything_in_it_is_refused(
    places: tuple[StorePlace, StorePlace],
) -> None:
    source, target = places
    await fill(source)
    async with Store.open(target):
        pass
    before = rows(target)
    with pytest.raises(StoreError, match="is not empty, it has secrets: copy to a new file"):
        await copy(source, target, NoProgress())
    assert rows(target) == before


async def test_a_missing_source_makes_no_target(places: tuple[StorePlace, StorePlace]) -> None:
    source, target = places
    with pytest.raises(StoreError, match="There is no store"):
        await copy(source, target, NoProgress())
    if isinstance(target, Path):
        assert not target.exists()


async def test_a_store_is_not_copied_to_itself(place: StorePlace) -> None:
    await fill(place)
    with pytest.raises(StoreError, match="are the same store"):
        await copy(place, place, NoProgress())


async def test_a_store_that_a_bot_uses_is_not_copied(path: Path, tmp_path: Path) -> None:
    async with Store.open(path):
        with pytest.raises(StoreError, match="Another dealbot uses"):
            await copy(path, tmp_path / "target", NoProgress())


class _Stopped(Exception):
    pass


class _Stopping(NoProgress):
    """Progress that stops the copy at a table, by an error or as Ctrl-C does."""

    def __init__(self, *, cancel: bool) -> None:
        self._cancel = cancel

    def start(self, stage: str, total: int | None) -> None:
        if stage != "Copying votes":
            return
        if not self._cancel:
            raise _Stopped
        copying = asyncio.current_task()
        assert copying is not None
        copying.cancel()


@pytest.mark.parametrize("cancel", [False, True])
async def test_a_copy_that_fails_leaves_the_target_empty_and_can_be_repeated(
    places: tuple[StorePlace, StorePlace], cancel: bool
) -> None:
    source, target = places
    await fill(source)
    task = asyncio.create_task(copy(source, target, _Stopping(cancel=cancel)))
    with pytest.raises(asyncio.CancelledError if cancel else _Stopped):
        await task
    assert set(rows(target).values()) == {0}
    await copy(source, target, NoProgress())
    assert rows(target) == rows(source)


SPOILING: dict[type, tuple[LiteralString, ...]] = {
    SecretStr: (
        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN NEW.detail := 'spoilt'; RETURN NEW; END $$",
        "CREATE TRIGGER spoil BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION spoil()",
    ),
    type(Path()): (
        "CREATE TRIGGER spoil AFTER INSERT ON audit BEGIN"
        " UPDATE audit SET detail = 'spoilt' WHERE id = NEW.id; END",
    ),
}


async def test_a_row_that_changes_on_its_way_is_found(
    places: tuple[StorePlace, StorePlace],
) -> None:
    source, target = places
    await fill(source)
    async with Store.open(target):
        pass
    for table in reversed(metadata.sorted_tables):
        execute(target, f"DELETE FROM {table.name}")
    for statement in SPOILING[type(target)]:
        execute(target, statement)
    with pytest.raises(StoreError, match=r"The copy of audit in .* differs"):
        await copy(source, target, NoProgress())
    assert set(rows(target).values()) == {0}


COPYING = """
import asyncio, sys, time
from pathlib import Path
from pydantic import SecretStr
from bot.store.transfer import copy

class Slow:
    def start(self, stage, total):
        print(stage, flush=True)
        if stage == "Copying votes":
            time.sleep(600)
    def advance(self, steps):
        pass

places = [SecretStr(a) if a.startswith("postgresql:") else Path(a) for a in sys.argv[1:]]
asyncio.run(copy(*places, Slow()))
"""


def copying(places: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", COPYING, *places], stdout=subprocess.PIPE, text=True
    )


async def test_a_copy_that_is_killed_leaves_the_target_empty_and_can_be_repeated(
    places: tuple[StorePlace, StorePlace],
) -> None:
    source, target = places
    await fill(source)
    named = [p.get_secret_value() if isinstance(p, SecretStr) else str(p) for p in places]
    process = copying(named)
    assert process.stdout is not None
    try:
        while (await asyncio.to_thread(process.stdout.readline)).strip() != "Copying votes":
            assert process.poll() is None
    finally:
        process.kill()
        process.communicate()
    assert set(rows(target).values()) == {0}
    async with asyncio.timeout(HANG_S):
        assert await _copied_again(source, target) == rows(source)


async def _copied_again(source: StorePlace, target: StorePlace) -> dict[str, int]:
    while True:  # the server may hold the locks of the dead process for a moment
        try:
            return await copy(source, target, NoProgress())
        except StoreError:
            await asyncio.sleep(0.1)
