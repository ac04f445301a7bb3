"""Statistics of a store."""

from datetime import UTC, date, datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, select

from bot.domain.spending import MILLION
from bot.store.database import Database
from bot.store.tables import audit, messages, receipts, settings, usage, votes, watches


class StoreInfo(BaseModel):
    """Statistics of a store; `store` is its file or server. `size_bytes` includes the write-ahead
    log of a file. `questions` counts the answers that are kept with the typed text, `servers` the
    servers that have settings. Today is in UTC."""

    model_config = ConfigDict(frozen=True)

    store: str
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
    today = usage.c.day == datetime.now(UTC).date().isoformat()
    tokens = func.sum(usage.c.input_tokens + usage.c.output_tokens).filter(today)
    counts = {
        "answers": select(func.count()).select_from(receipts),
        "questions": select(func.count(receipts.c.question)),
        "votes": select(func.count()).select_from(votes),
        "watches": select(func.count()).select_from(watches),
        "messages": select(func.count()).select_from(messages),
        "servers": select(func.count()).select_from(settings),
        "audit_entries": select(func.count()).select_from(audit),
        "oldest_answer": select(func.min(receipts.c.created)),
        "newest_answer": select(func.max(receipts.c.created)),
        "oldest_audit_entry": select(func.min(audit.c.happened)),
        "llm_tokens_today": select(func.coalesce(tokens, 0)),
        "llm_cost_today": select(func.sum(usage.c.cost_millionths).filter(today)),
        "oldest_llm_usage": select(func.min(usage.c.day)),
    }
    statement = select(*(each.scalar_subquery().label(name) for name, each in counts.items()))
    [found] = await database.run(statement)
    values = dict(zip(counts, found, strict=True))
    values["llm_cost_today"] = int(values["llm_cost_today"] or 0) / MILLION
    return StoreInfo(
        store=database.name,
        schema_version=await database.schema_version(),
        size_bytes=await database.size_bytes(),
        **values,
    )
