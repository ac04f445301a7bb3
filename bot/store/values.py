"""Small named facts, such as the hash of the commands that were last synced."""

from sqlalchemy import select

from bot.store.database import Database
from bot.store.tables import facts


class Values:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, key: str) -> str | None:
        rows = await self._database.run(select(facts.c.value).where(facts.c.name == key))
        return str(rows[0][0]) if rows else None

    async def set(self, key: str, value: str) -> None:
        added = self._database.insert(facts).values(name=key, value=value)
        await self._database.run(
            added.on_conflict_do_update(
                index_elements=[facts.c.name], set_={"value": added.excluded.value}
            )
        )
