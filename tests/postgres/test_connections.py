"""Connections that several threads lose at the same time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import sleep

import psycopg
from psycopg.sql import SQL

from bot.serving.batches import MOST_THREADS
from index.postgres.address import Address, Role
from index.postgres.connections import Connections
from tests.hang_guard import HANG_S

_READ = SQL(
    "SELECT 1 FROM pg_advisory_xact_lock(7)"
).format()  # takes as long as a test holds the lock
_READERS = MOST_THREADS + 2  # computing threads and pages
_BLOCKED = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid <> ALL(%s)"


@contextmanager
def held_lock(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(7)")
        yield connection


def next_blocked(holder: psycopg.Connection, known: list[int]) -> int:
    """Wait for a reader that is blocked, other than the known ones; return and add its process."""
    for _ in range(int(HANG_S / 0.02)):
        if found := holder.execute(_BLOCKED, [known]).fetchone():
            known.append(found[0])
            return known[-1]
        sleep(0.02)
    raise TimeoutError("no reader is blocked")


def test_a_thread_closes_the_connections_that_it_lost_and_no_later_ones(url: str) -> None:
    readers = Connections(Address.of(url), Role.READER)
    known: list[int] = []
    with ThreadPoolExecutor(2) as threads, held_lock(url) as holder:
        reads, pids = [], []
        for _ in range(2):
            reads.append(threads.submit(readers.read, None, [(_READ, ())]))
            pids.append(next_blocked(holder, known))
        pools = []
        for pid in pids:  # each reader tries again on another connection
            holder.execute("SELECT pg_terminate_backend(%s)", [pid])
            next_blocked(holder, known)
            pools.append(readers._pool)
        holder.execute("SELECT pg_advisory_unlock(7)")
        assert [read.result(HANG_S) for read in reads] == [[[(1,)]]] * 2
    assert pools[0] is pools[1] is readers._pool
    readers.close()


def test_there_is_a_connection_for_each_computing_thread_and_for_pages(url: str) -> None:
    readers = Connections(Address.of(url), Role.READER)
    known: list[int] = []
    with ThreadPoolExecutor(_READERS) as threads, held_lock(url) as holder:
        reads = []
        for _ in range(_READERS):
            reads.append(threads.submit(readers.read, None, [(_READ, ())]))
            next_blocked(holder, known)
        holder.execute("SELECT pg_advisory_unlock(7)")
        assert all(read.result(HANG_S) == [[(1,)]] for read in reads)
    readers.close()
