"""Erasure of typed text from answers and from stored receipts."""

import json
from functools import partial

from sqlalchemy import ColumnElement, Select, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.models import Answer
from bot.store.database import Database, rows_of
from bot.store.json_text import json_object
from bot.store.tables import PART, receipts
from bot.store.values import Values

_LOOKED_AT = "typed text"  # name of a value: the last row number that was looked at
# Fields that hold the question or pieces of it.
_TYPED: dict[str, object] = {"question": "", "understood_as": "", "lacking": ()}


def without_typed(answer: Answer) -> str:
    """Return an answer as JSON without what was typed."""
    return _erased(answer.model_dump_json())


def typed_fields(answer: Answer) -> dict[str, object]:
    """Return the fields that `without_typed` erases; they also give the parts their questions."""
    return {name: getattr(answer, name) for name in (*_TYPED, "parts")}


def _erased(answer: str) -> str:
    """Erase the typed text from an answer in JSON; all of it if it cannot be parsed."""
    found = json_object(answer)
    if found is None:
        return ""
    parts = found.get("parts")
    if isinstance(parts, list):
        found["parts"] = [_blank(part) for part in parts if isinstance(part, dict)]
    return json.dumps(_blank(found), ensure_ascii=False, separators=(",", ":"))


def _blank(answer: dict[str, object]) -> dict[str, object]:
    return answer | {name: blank for name, blank in _TYPED.items() if name in answer}


async def erase_typed(database: Database) -> int:
    """Erase the typed text from all receipts; return how many had their question. Look once at each
    of the others. The last row number is kept only at the end: a pass that fails is made again."""
    changed = 0
    while part := await database.transact(_erase_part):
        changed += part
    values = Values(database)
    looked = await values.get(_LOOKED_AT)
    last = after = int(looked) if looked else 0
    while found := await database.transact(partial(_erase_rest, after=after)):
        after = found
    if after != last:
        await values.set(_LOOKED_AT, str(after))
    return changed


async def _erase_part(connection: AsyncConnection) -> int:
    """Erase the typed text of some receipts; return how many there were."""
    part = _part(receipts.c.question.is_not(None)).with_for_update(skip_locked=True)
    rows = await rows_of(connection, part)
    await _write(connection, [(number, _erased(answer)) for number, answer in rows])
    return len(rows)


async def _erase_rest(connection: AsyncConnection, after: int) -> int | None:
    """Erase typed text from the next receipts after a row number that have no question: versions
    up to 0.7.0 left some in the answer. Return the last row number; None if there are no more."""
    part = _part(receipts.c.question.is_(None), receipts.c.rowid > after)
    rows = await rows_of(connection, part)
    changed = ((number, answer, _erased(answer)) for number, answer in rows if _may_hold(answer))
    await _write(connection, [(number, new) for number, old, new in changed if new != old])
    return rows[-1][0] if rows else None


def _may_hold(answer: str) -> bool:
    """Tell whether an answer needs a closer look; most do not."""
    return '"lacking"' in answer or '"parts"' in answer


def _part(*conditions: ColumnElement[bool]) -> Select[tuple[int, str]]:
    found = select(receipts.c.rowid, receipts.c.answer).where(*conditions)
    return found.order_by(receipts.c.rowid).limit(PART)


async def _write(connection: AsyncConnection, answers: list[tuple[int, str]]) -> None:
    erasing = (
        update(receipts)
        .where(receipts.c.rowid == bindparam("of"))
        .values(asked=None, offered=None, question=None, answer=bindparam("erased"))
    )
    if answers:
        values = [{"of": number, "erased": answer} for number, answer in answers]
        await connection.execute(erasing, values)
