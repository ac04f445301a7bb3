"""The graphs of an epoch, which find the nearest sentences. Each has the sentences of a range of
numbers; sentences after the last graph are compared one by one.

Inserting a sentence into a graph of a million takes 7 ms, and building one anew .6 ms a sentence.
An update therefore inserts nothing: a graph of the newer sentences is built once there are many.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.sql import SQL, Identifier

EXACT_UP_TO = 20_000  # admitted sentences; beyond it, graphs are searched
MOST_WITHOUT = 10_000  # sentences after the last graph
EF_SEARCH = 400  # 197 of 199 questions had the same 40 candidates as with an exact search
# Options of each connection that reads. The scan goes on until enough rows are admitted. With the
# planner's other ways it may compare all rows, and JIT compilation takes longer than that.
SEARCH_OPTIONS = (
    f"-c hnsw.ef_search={EF_SEARCH} -c hnsw.iterative_scan=strict_order "
    "-c hnsw.max_scan_tuples=1000000 -c hnsw.scan_mem_multiplier=8 "
    "-c enable_seqscan=off -c enable_bitmapscan=off -c enable_hashjoin=off -c enable_mergejoin=off "
    "-c jit=off"
)
_MERGED = 4  # a graph with at most so many times the new sentences becomes part of theirs
_MEMORY: LiteralString = (
    "SELECT set_config('maintenance_work_mem', '1GB', true) "
    "WHERE pg_size_bytes(current_setting('maintenance_work_mem')) < pg_size_bytes('1GB')"
)
_CREATE: LiteralString = (
    "CREATE INDEX IF NOT EXISTS {name} ON dealbot.{sentences} "
    "USING hnsw (vector halfvec_ip_ops) WHERE number >= {first} AND number < {end}"
)
_EXISTING: LiteralString = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'dealbot'::regnamespace "
    "AND relkind = 'i' AND relname LIKE 'sentences_graph_%'"
)
_KEPT: LiteralString = "SELECT epoch, graphs FROM dealbot.generations"

Range = tuple[int, int]


def ranges(ends: Sequence[int]) -> list[Range]:
    """Return the half-open ranges of sentences that the graphs have, given their ends."""
    return list(pairwise((0, *ends)))


def next_ends(ends: Sequence[int], following: int, sentences: int) -> list[int]:
    """Return the ends of the graphs for a generation with `sentences` sentences; `following` is
    the number after its last sentence."""
    kept = list(ends)
    new = following - (kept[-1] if kept else 0)
    if sentences <= EXACT_UP_TO or new <= MOST_WITHOUT:
        return kept
    while kept and kept[-1] - ([0, *kept])[-2] <= _MERGED * new:
        kept.pop()
        new = following - (kept[-1] if kept else 0)
    return [*kept, following]


def build(connection: Connection[Any], epoch: int, ends: Sequence[int]) -> None:
    """Build the graphs that do not exist yet, in the transaction of the caller."""
    connection.execute(_MEMORY)
    for first, end in ranges(ends):
        name = Identifier(_name(epoch, first, end))
        statement = SQL(_CREATE).format(
            name=name, sentences=Identifier(f"sentences_{epoch}"), first=first, end=end
        )
        connection.execute(statement)


def drop_unused(connection: Connection[Any]) -> None:
    """Drop the graphs that no generation searches, while others are read."""
    used = {
        _name(epoch, first, end)
        for epoch, ends in connection.execute(_KEPT)
        for first, end in ranges(ends)
    }
    for [name] in connection.execute(_EXISTING).fetchall():
        if name not in used:
            statement = SQL("DROP INDEX CONCURRENTLY IF EXISTS dealbot.{}")
            connection.execute(statement.format(Identifier(name)))


def _name(epoch: int, first: int, end: int) -> str:
    return f"sentences_graph_{epoch}_{first}_{end}"
