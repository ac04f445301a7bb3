"""Small named facts, such as the hash of the commands that were last synced."""

from bot.store.database import Database


class Values:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, key: str) -> str | None:
        rows = await self._database.run("SELECT value FROM facts WHERE name = ?", key)
        return str(rows[0][0]) if rows else None

    async def set(self, key: str, value: str) -> None:
        await self._database.run(
            "INSERT INTO facts (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            key,
            value,
        )
