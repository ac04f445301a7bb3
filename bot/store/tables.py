"""Tables of the store, the same in a SQLite file and on a PostgreSQL server.

`schema.py` creates them in a file and `server_schema.py` on a server, in numbered steps.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Dialect,
    ForeignKey,
    Identity,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    literal,
    select,
    tuple_,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

PART = 500  # rows that one statement deletes, which takes some milliseconds


class StoredText(TypeDecorator[str]):
    """Text that both databases accept, compared by code points."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        on_server = dialect.name == "postgresql"
        return dialect.type_descriptor(Text(collation="C") if on_server else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value, on_server=dialect.name == "postgresql")


def storable(text: str, *, on_server: bool) -> str:
    """Replace lone surrogates, which JSON can contain and no database accepts as text, and NUL on a
    server, which PostgreSQL does not accept either."""
    text = text.encode("utf-8", "replace").decode()
    return text.replace("\x00", "\ufffd") if on_server else text


def part_of(key: Column[int], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Select at most PART rows. Rows that another process deletes at the moment are left to it."""
    rows = select(key).where(condition).limit(PART).with_for_update(skip_locked=True)
    return key.in_(rows)


def before_receipt(created: str, number: int) -> ColumnElement[bool]:
    """Select the receipts that come after this one, newest first."""
    return tuple_(receipts.c.created, receipts.c.rowid) < tuple_(
        literal(created, receipts.c.created.type), literal(number, receipts.c.rowid.type)
    )


def _text(name: str, *, nullable: bool = False, primary_key: bool = False) -> Column[str]:
    return Column(name, StoredText, nullable=nullable, primary_key=primary_key)


def _id(name: str, *, nullable: bool = False, primary_key: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable, primary_key=primary_key, autoincrement=False)


def _row_number() -> Column[int]:
    """Number the rows in the order in which they were added; every table of SQLite has it."""
    return Column("rowid", BigInteger, Identity(), nullable=False)


def _refers(
    name: str, column: str, type_: type[TypeEngine[int]] | type[StoredText], *, key: bool = False
) -> Column[object]:
    target = ForeignKey(column, ondelete="CASCADE")
    return Column(name, type_, target, nullable=False, primary_key=key, autoincrement=False)


metadata = MetaData()

secrets = Table(
    "secrets",
    metadata,
    _text("name", primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
facts = Table("facts", metadata, _text("name", primary_key=True), _text("value"))
settings = Table("settings", metadata, _id("guild", primary_key=True), _text("settings"))
receipts = Table(
    "receipts",
    metadata,
    _row_number(),
    _text("id", primary_key=True),
    _text("created"),
    _text("asker"),
    _id("guild", nullable=True),
    _id("channel"),
    Column("private", Boolean, nullable=False),
    _text("asked", nullable=True),
    _text("offered", nullable=True),
    _text("question", nullable=True),
    _text("answer"),
    _text("outcome", nullable=True),
)
messages = Table(
    "messages",
    metadata,
    _id("message", primary_key=True),
    _refers("receipt", "receipts.id", StoredText),
    _id("asked_by", nullable=True),
)
votes = Table(
    "votes",
    metadata,
    _refers("receipt", "receipts.id", StoredText, key=True),
    _text("voter", primary_key=True),
    _id("vote"),
)
audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _text("happened"),
    _id("guild", nullable=True),
    _id("actor"),
    _text("action"),
    _text("detail"),
    _text("outcome"),
)
usage = Table(
    "usage",
    metadata,
    _row_number(),
    _text("day"),
    _text("asker", nullable=True),
    _id("input_tokens"),
    _id("output_tokens"),
    _id("cost_millionths"),
    UniqueConstraint("day", "asker"),
)
watches = Table(
    "watches",
    metadata,
    _text("id", primary_key=True),
    _text("created"),
    _id("watcher"),
    _id("guild", nullable=True),
    _id("channel", nullable=True),
    _text("question"),
    _text("generation"),
    _text("changed"),
    _text("told"),
    _text("answer", nullable=True),
    _text("batch", nullable=True),
    _text("state"),
)
cited = Table(
    "cited",
    metadata,
    _text("article", primary_key=True),
    _refers("receipt", "receipts.id", StoredText, key=True),
)
notes = Table(
    "notes",
    metadata,
    _refers("message", "messages.message", BigInteger, key=True),
    _text("note"),
    Column("shown", Boolean, nullable=False),
)
digests = Table(
    "digests",
    metadata,
    _id("guild", primary_key=True),
    _id("channel"),
    _text("every"),
    _id("hour"),
    _text("due"),
    _text("covered"),
    Column("paused", Boolean, nullable=False),
)
