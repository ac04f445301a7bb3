"""Erasure of typed text from stored receipts."""

import json

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import rows_of
from bot.store.json_text import json_object
from bot.store.tables import PART, receipts

NOT_TYPED = {"question": "", "understood_as": ""}  # fields of an answer, erased


async def erase_part(connection: AsyncConnection) -> int:
    """Erase the typed text of some receipts; return how many there were."""
    typed = select(receipts.c.id, receipts.c.answer).where(receipts.c.question.is_not(None))
    rows = await rows_of(connection, typed.limit(PART).with_for_update(skip_locked=True))
    erasing = (
        update(receipts)
        .where(receipts.c.id == bindparam("of"))
        .values(asked=None, offered=None, question=None, answer=bindparam("erased"))
    )
    if rows:
        values = [{"of": id_, "erased": _erased(answer)} for id_, answer in rows]
        await connection.execute(erasing, values)
    return len(rows)


def _erased(answer: str) -> str:
    found = json_object(answer)
    return "" if found is None else json.dumps(found | NOT_TYPED, ensure_ascii=False)
