"""Statistics of a store."""

from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from bot.store.database import Database

_COUNTS = """
SELECT (SELECT count(*) FROM receipts), (SELECT count(question) FROM receipts),
    (SELECT count(*) FROM votes), (SELECT count(*) FROM watches), (SELECT count(*) FROM messages),
    (SELECT count(*) FROM settings), (SELECT count(*) FROM audit),
    (SELECT min(created) FROM receipts), (SELECT max(created) FROM receipts),
    (SELECT min(happened) FROM audit),
    (SELECT coalesce(sum(input_tokens + output_tokens), 0) FROM usage WHERE day = date('now')),
    (SELECT coalesce(sum(cost_millionths), 0) / 1e6 FROM usage WHERE day = date('now')),
    (SELECT min(day) FROM usage)
"""


class StoreInfo(BaseModel):
    """Statistics of a store. `size_bytes` includes the write-ahead log. `questions` counts the
    answers that are kept with the typed text, `servers` the servers that have settings. Today is in
    UTC."""

    model_config = ConfigDict(frozen=True)

    store: Path
    schema_version: int
    size_bytes: int
    answers: int
    questions: int
    votes: int
    watches: int
    messages: int
    servers: int
    audit_entries: int
    oldest_answer: datetime | None
    newest_answer: datetime | None
    oldest_audit_entry: datetime | None
    llm_tokens_today: int
    llm_cost_today: float
    oldest_llm_usage: date | None


async def describe(database: Database) -> StoreInfo:
    [(version,)] = await database.run("PRAGMA user_version")
    [counts] = await database.run(_COUNTS)
    names = list(StoreInfo.model_fields)[3:]
    return StoreInfo(
        store=database.path,
        schema_version=version,
        size_bytes=_size(database.path),
        **dict(zip(names, counts, strict=True)),
    )


def _size(path: Path) -> int:
    size = 0
    for file in (path, path.with_name(f"{path.name}-wal")):
        with suppress(FileNotFoundError):  # the write-ahead log may be absent
            size += file.stat().st_size
    return size
