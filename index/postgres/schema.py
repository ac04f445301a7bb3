"""The tables of an index: a catalogue, migrated by numbered steps, and tables for each epoch.

A row of an epoch is valid from one generation until before another. An epoch ends when the encoder,
the schema or the program changes; its tables are then dropped whole, because deleting that many
rows takes longer than writing them.
"""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.sql import SQL, Composed, Identifier, Literal

from index.errors import IndexMissingError, NewerIndexError, OlderIndexError

FOREVER = 2**31 - 1  # `to_generation` of a row that is still valid
STEPS = ("001_catalogue.sql", "002_reading_notes.sql", "003_revisions.sql")
SCHEMA = len(STEPS)

# halfvec stays in the row: reading it from a side table takes longer than the distance. The last
# generation of a sentence is in a side table: an update of the row would insert it into the graph.
# Numbers of rows do not get smaller by compression, and are read faster without.
_EPOCH: LiteralString = """
CREATE TABLE dealbot.{articles} (
    number bigint PRIMARY KEY,
    from_generation integer NOT NULL,
    to_generation integer NOT NULL,
    digest bytea NOT NULL,
    id bytea NOT NULL,
    version_of bytea NOT NULL,
    meta bytea NOT NULL,
    text bytea NOT NULL,
    sentences bytea NOT NULL,
    passages bytea NOT NULL,
    kinds bytea NOT NULL,
    blocks bytea NOT NULL,
    tokens bytea NOT NULL,
    token_counts bytea NOT NULL,
    marks bytea NOT NULL,
    title_tokens bytea NOT NULL,
    title_marks smallint NOT NULL,
    first_sentence bigint NOT NULL,
    sentence_count bigint NOT NULL,
    first_passage bigint NOT NULL,
    passage_count bigint NOT NULL,
    sentence_terms bigint NOT NULL,
    passage_terms bigint NOT NULL,
    published bigint NOT NULL,
    since bigint NOT NULL,
    until bigint NOT NULL
) WITH (fillfactor = 90);
CREATE INDEX ON dealbot.{articles} (id);
CREATE INDEX ON dealbot.{articles} (version_of) WHERE version_of <> ''::bytea;
CREATE TABLE dealbot.{sentences} (
    number bigint PRIMARY KEY,
    passage bigint NOT NULL,
    from_generation integer NOT NULL,
    vector halfvec({dimension}) NOT NULL
);
ALTER TABLE dealbot.{sentences} ALTER COLUMN vector SET STORAGE PLAIN;
CREATE TABLE dealbot.{closed} (
    number bigint PRIMARY KEY,
    to_generation integer NOT NULL
);
CREATE TABLE dealbot.{passages} (
    number bigint PRIMARY KEY,
    vector halfvec({dimension}) NOT NULL
);
ALTER TABLE dealbot.{passages} ALTER COLUMN vector SET STORAGE PLAIN;
CREATE TABLE dealbot.{words} (
    first integer PRIMARY KEY,
    words bytea NOT NULL
);
CREATE TABLE dealbot.{postings} (
    of_passages boolean NOT NULL,
    term text COLLATE "C" NOT NULL,
    segment integer NOT NULL,
    from_generation integer NOT NULL,
    rows bytea NOT NULL,
    times bytea NOT NULL,
    lengths bytea NOT NULL,
    digest bytea NOT NULL,
    PRIMARY KEY (of_passages, term, segment)
);
ALTER TABLE dealbot.{postings} ALTER COLUMN rows SET STORAGE EXTERNAL;
CREATE TABLE dealbot.{revisions} (
    kind text NOT NULL,
    generation integer NOT NULL,
    is_whole boolean NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (kind, generation)
);
"""
TABLES = ("articles", "sentences", "closed", "passages", "words", "postings", "revisions")


def of_epoch(statement: LiteralString, epoch: int, **more: Any) -> Composed:
    """Compose a statement; `{articles}` stands for the table of articles of the epoch, and so do
    the others of TABLES. Further names stand for literals."""
    tables = {name: Identifier(f"{name}_{epoch}") for name in TABLES}
    return SQL(statement).format(**tables, **{name: Literal(each) for name, each in more.items()})


def create_epoch(connection: Connection[Any], epoch: int, dimension: int) -> None:
    """Create the tables of an epoch whose vectors have so many numbers."""
    connection.execute(of_epoch(_EPOCH, epoch, dimension=dimension))


def drop_epoch(connection: Connection[Any], epoch: int) -> None:
    """Drop the tables of an epoch with all of their rows."""
    names: LiteralString = ", ".join(f"dealbot.{{{name}}}" for name in TABLES)
    connection.execute(of_epoch(f"DROP TABLE {names}", epoch))
    connection.execute("DELETE FROM dealbot.epochs WHERE epoch = %s", [epoch])


def found_schema(connection: Connection[Any]) -> int:
    """Return the number of steps that the database has; 0 if it has no index."""
    [[exists]] = connection.execute("SELECT to_regclass('dealbot.migrations')").fetchall()
    if exists is None:
        return 0
    [[steps]] = connection.execute("SELECT max(step) FROM dealbot.migrations").fetchall()
    return int(steps or 0)


def check_schema(connection: Connection[Any], name: str) -> None:
    """Raise an ExpectedError unless the database has an index of this schema."""
    found = found_schema(connection)
    if found == 0:
        raise missing(name)
    if found > SCHEMA:
        raise _newer(name, found)
    if found < SCHEMA:
        raise OlderIndexError(
            f"{name} has an index of an older dealbot (its schema is {found}, here it is "
            f"{SCHEMA}): migrate it with: dealbot index migrate --index {name}"
        )


def migrate(connection: Connection[Any], name: str, steps: Sequence[str] = STEPS) -> None:
    """Take the steps that the database lacks, in the transaction of the caller."""
    found = found_schema(connection)
    if found > len(steps):
        raise _newer(name, found)
    if found == 0:
        connection.execute("CREATE SCHEMA IF NOT EXISTS dealbot")
        connection.execute(
            "CREATE TABLE dealbot.migrations "
            "(step integer PRIMARY KEY, taken timestamptz NOT NULL DEFAULT now())"
        )
    for step, file in enumerate(steps[found:], start=found + 1):
        script = files("index.postgres").joinpath("migrations", file).read_bytes()
        connection.execute(script)
        connection.execute("INSERT INTO dealbot.migrations (step) VALUES (%s)", [step])


def missing(name: str) -> IndexMissingError:
    """Describe a database without an index, and say how to build one."""
    return IndexMissingError(
        f"There is no index in {name}. Build one with: "
        f"dealbot index build --articles PATH --index {name}"
    )


def _newer(name: str, found: int) -> NewerIndexError:
    return NewerIndexError(
        f"{name} has an index of a newer dealbot (its schema is {found}, here it is {SCHEMA}): "
        "upgrade dealbot"
    )
