"""Opening a store: one process and a sound file; everything else is refused with a message."""

# ruff: noqa: ASYNC240 - a test has nothing else to do than wait for its files
import asyncio
import logging
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.domain.errors import StoreError
from bot.store import AuditEntry, ServerSettings, Store, StorePlace
from bot.store.schema import STEPS
from bot.store.sqlite_file import SqliteFile
from tests.hang_guard import HANG_S
from tests.store.conftest import GUILD, NOON, kept
from tests.store.outside import execute, votes_on

WRITER = """
import asyncio, sys
from pathlib import Path
from bot.store import Store
from tests.store.conftest import kept

async def main():
    async with Store.open(Path(sys.argv[1])) as store:
        while True:
            receipt = kept("Why? " * 300)
            await store.receipts.add(receipt)
            await store.votes.vote(receipt.id, "someone", 1)
            print(receipt.id, flush=True)

asyncio.run(main())
"""


async def test_what_is_kept_is_there_after_a_restart(place: StorePlace) -> None:
    receipt = kept()
    async with Store.open(place, keep_questions=True) as store:
        await store.receipts.add(receipt)
        await store.values.set("synced", "abc")
        hashed, tag = store.asker(42), store.signer.sign("more")
    async with Store.open(place) as store:
        assert await store.receipts.get(receipt.id) == receipt
        assert await store.values.get("synced") == "abc"
        assert store.asker(42) == hashed
        assert store.signer.verify("more", tag)


async def test_only_the_owner_can_read_what_people_asked(path: Path) -> None:
    async with Store.open(path) as store:
        await store.receipts.add(kept())
        for file in (path, path.with_name(f"{path.name}-wal")):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


async def test_the_file_is_in_wal_mode_with_foreign_keys(path: Path) -> None:
    async with SqliteFile.open(path) as database:
        await database.use_wal()
        assert await database.pragma("journal_mode") == "wal"
        assert await database.pragma("synchronous") == 1
        assert await database.pragma("foreign_keys") == 1


# --- one process -----------------------------------------------------------------------------


def writer(path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill(process: subprocess.Popen[str]) -> tuple[str, str]:
    process.send_signal(signal.SIGKILL)
    return process.communicate(timeout=HANG_S)


async def test_a_second_process_is_refused_and_a_killed_one_loses_no_finished_write(
    path: Path,
) -> None:
    process = writer(path)
    assert process.stdout is not None
    try:
        lines = [await asyncio.to_thread(process.stdout.readline) for _ in range(20)]
        with pytest.raises(StoreError, match=r"^Another dealbot uses .*store\.sqlite3: stop it"):
            async with Store.open(path):
                pass
        # opened without the lock, for reading
        async with Store.open(path, exclusive=False) as store:
            assert await store.receipts.get(lines[0]) is not None
    finally:
        rest, complaints = kill(process)  # in the middle of a write: the process does nothing else
    ids = [line for line in ("".join(lines) + rest).split("\n")[:-1] if line]
    assert len(ids) >= 20, complaints
    async with Store.open(path) as store:
        for receipt_id in ids:
            assert await store.receipts.get(receipt_id) is not None
            assert await votes_on(store, receipt_id) == (1, 0)


async def test_the_lock_is_given_back(path: Path) -> None:
    with pytest.raises(RuntimeError, match="inside"):
        async with Store.open(path):
            raise RuntimeError("inside")
    async with Store.open(path):
        with pytest.raises(StoreError, match="Another dealbot"):
            async with Store.open(path):
                pass


# --- unusable stores -------------------------------------------------------------------------


async def refusal(path: Path) -> str:
    with pytest.raises(StoreError) as refused:
        async with Store.open(path, busy_timeout_s=0.01):
            pass
    assert str(path) in refused.value.user_message
    return refused.value.user_message


async def filled(path: Path, receipts: int = 40) -> None:
    async with Store.open(path) as store:
        for number in range(receipts):
            await store.receipts.add(kept(f"Question {number}? " * 20))


async def test_what_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"notes of mine\n" * 1000)
    assert "is damaged: restore a backup" in await refusal(path)
    assert path.read_bytes() == b"notes of mine\n" * 1000


async def test_another_programs_database_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE notes (text)")
    other.close()
    before = path.read_bytes()
    assert "belongs to another program" in await refusal(path)
    assert path.read_bytes() == before


async def test_a_truncated_file_is_refused(path: Path) -> None:
    await filled(path)
    os.truncate(path, path.stat().st_size // 2)
    assert "is damaged" in await refusal(path)


async def test_a_page_of_rubbish_is_refused(path: Path) -> None:
    await filled(path)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 4096] = b"\x55" * 4096
    path.write_bytes(data)
    assert "is damaged" in await refusal(path)


async def test_a_damaged_name_that_is_not_even_text_is_refused(path: Path) -> None:
    await filled(path)
    data = path.read_bytes()
    assert b"CREATE TABLE votes" in data
    path.write_bytes(data.replace(b"CREATE TABLE votes", b"CREATE TABLE\xcfvotes"))
    assert "is damaged" in await refusal(path)


async def test_a_damaged_reference_between_tables_is_found_at_the_first_use(path: Path) -> None:
    await filled(path)
    data = path.read_bytes()
    assert b"REFERENCES messages (message)" in data
    path.write_bytes(
        data.replace(b"REFERENCES messages (message)", b"REFERENCES messages (massage)")
    )
    with pytest.raises(StoreError, match="is damaged"):
        async with Store.open(path) as store:
            await store.receipts.prune(NOON + timedelta(days=9_000))


async def test_a_store_without_its_tables_is_refused(path: Path) -> None:
    await filled(path)
    other = sqlite3.connect(path)
    other.execute("DROP TABLE votes")
    other.close()
    assert "does not have the expected tables" in await refusal(path)


async def test_a_store_of_a_newer_program_is_refused_and_left_alone(path: Path) -> None:
    await filled(path)
    other = sqlite3.connect(path)
    other.execute("PRAGMA user_version = 99")
    other.close()
    before = path.read_bytes()
    told = f"made by a newer dealbot (its schema is 99, this program knows {len(STEPS)})"
    assert told in await refusal(path)
    assert path.read_bytes() == before


async def test_a_locked_store_is_refused(path: Path) -> None:
    await filled(path)
    other = sqlite3.connect(path)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    try:
        assert "is locked by another program" in await refusal(path)
    finally:
        other.close()


async def test_places_where_no_file_can_be_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    assert "File exists" in await refusal(tmp_path / "file" / "store.sqlite3")
    assert "cannot be opened" in await refusal(tmp_path / "folder")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
async def test_a_folder_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir(mode=0o500)
    assert "Permission denied" in await refusal(folder / "store.sqlite3")


async def test_a_full_disk_and_a_read_only_file_are_told_and_nothing_is_half_written(
    path: Path,
) -> None:
    await filled(path)
    async with SqliteFile.open(path) as database:
        count = text("SELECT count(*) FROM facts")
        [(before,)] = await database.run(count)
        pages = await database.pragma("page_count")
        await database.pragma(f"max_page_count = {pages}")  # SQLite reports this as a full disk
        fill = text("INSERT INTO facts SELECT id, answer || zeroblob(500000) FROM receipts")
        with pytest.raises(StoreError, match="the disk is full: free some space"):
            await database.run(fill)
        assert await database.run(count) == [(before,)]
        await database.pragma("query_only = ON")
        with pytest.raises(StoreError, match="cannot be written"):
            await database.run(text("DELETE FROM receipts"))


async def test_a_wrong_statement_is_a_bug_and_not_told_as_the_files_fault(path: Path) -> None:
    async with SqliteFile.open(path) as database:
        with pytest.raises(OperationalError, match="no such table"):
            await database.run(text("SELECT * FROM nowhere"))


async def test_a_closed_store_says_so(place: StorePlace) -> None:
    async with Store.open(place) as store:
        pass
    with pytest.raises(StoreError, match="shutting down"):
        await store.values.get("synced")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with some rows in every table. Read-only: shared by the module."""
    path = tmp_path_factory.mktemp("sound") / "store.sqlite3"

    async def prepare() -> None:
        async with Store.open(path) as store:
            for number in range(5):
                receipt = kept(f"Question {number}?")
                await store.receipts.add(receipt)
                await store.receipts.link_message(number, receipt.id)
                await store.votes.vote(receipt.id, "someone", 1)
            await store.settings.change(GUILD, lambda _: ServerSettings(channels=(1,)))
            await store.audit.record(AuditEntry(NOON, GUILD, 1, "rebuild", "", "published"))

    asyncio.run(prepare())
    return path


async def use_all(path: Path) -> None:
    async with Store.open(path) as store:
        for message in range(5):
            if receipt := await store.receipts.of_message(message):
                await store.receipts.get(receipt.id)
                await votes_on(store, receipt.id)
        await store.receipts.answered_questions(GUILD, "question", 25)
        await store.audit.latest(GUILD, 10)
        store.settings.get(GUILD)
        await store.receipts.prune(NOON)


@settings(max_examples=60, deadline=None)
@given(flips=st.lists(st.tuples(st.integers(0), st.integers(1, 255)), min_size=1, max_size=3))
def test_flipped_bytes_are_refused_in_words_or_harmless(
    sound: Path, flips: list[tuple[int, int]]
) -> None:
    """Opening and using the file raises no exception except StoreError."""
    content = bytearray(sound.read_bytes())
    used = [place for place, byte in enumerate(content) if byte]  # most of a small file is empty
    for place, bits in flips:
        content[used[place % len(used)]] ^= bits
    logging.disable()  # a damaged receipt logs a warning
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "store.sqlite3")
        path.write_bytes(content)
        try:
            with suppress(StoreError):
                asyncio.run(use_all(path))
        finally:
            logging.disable(logging.NOTSET)


# --- cancelled callers -----------------------------------------------------------------------


async def test_a_cancelled_caller_leaves_no_transaction_open(
    store: Store, place: StorePlace
) -> None:
    receipts = [kept() for _ in range(30)]
    tasks = []
    for receipt in receipts:
        tasks.append(asyncio.create_task(store.receipts.add(receipt)))
        await asyncio.sleep(0)  # the statement is begun
        tasks[-1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert any(task.cancelled() for task in tasks)
    await store.values.set("after", "all")
    execute(place, "INSERT INTO facts VALUES ('from', 'outside')")  # an open one would block it
    async with asyncio.timeout(HANG_S):  # what was begun ends
        while execute(place, "SELECT count(*) FROM receipts") != [(30,)]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    if isinstance(place, SecretStr):
        open_ = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%%'"
        assert execute(place, open_) == [(0,)]
