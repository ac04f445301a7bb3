"""Settings that the admins of each server have made."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import BigInteger, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import Refusal, StoreError, UnreadableSettingsError
from bot.store.database import Database, rows_of
from bot.store.tables import facts, settings

_CHANGES = "settings"  # fact that counts the changes of settings
_UNKNOWN = -1  # number of changes after a write whose outcome is unknown
_FOLLOW_S = 2.0


class ServerSettings(BaseModel):
    """Settings of a server. An empty `channels` allows all channels, an empty `roles` everyone.
    With `corrections`, the bot edits a note into answers whose evidence was corrected. `language`
    is a locale of Discord, such as "de"; "" takes the one that Discord has for the server."""

    # Ignore fields of a newer version: the others still apply.
    model_config = ConfigDict(frozen=True, extra="ignore")

    channels: tuple[int, ...] = ()
    roles: tuple[int, ...] = ()
    admin_roles: tuple[int, ...] = ()
    admin_users: tuple[int, ...] = ()
    private: bool = False
    per_user_per_minute: int | None = Field(default=None, gt=0)
    corrections: bool = True
    language: str = ""


_DEFAULTS = ServerSettings()


class SettingsOfServers:
    """Settings of all servers, read once and kept in memory: every command and message needs them
    before it can be acknowledged, even while the store fails. `followed` reads them again when
    another process has changed them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, ServerSettings | None] = {}  # None: cannot be read
        self._changes = 0
        self._one_at_a_time = asyncio.Lock()

    async def load(self) -> None:
        """Read all settings; call it once, before any other method."""
        changes = await self._count_changes()  # first: what changes meanwhile is read again
        rows = await self._database.run(select(settings))
        self._changes = changes
        self._known = {guild: _parsed(text) for guild, text in rows}

    @asynccontextmanager
    async def followed(self) -> AsyncIterator[None]:
        """During the block, read the settings again within seconds of each change by another
        process, or of a write that was late. A store that fails is tried again."""
        following = asyncio.create_task(self._follow(), name="follow settings")
        try:
            yield
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(_FOLLOW_S)
            if self._database.shared or self._changes == _UNKNOWN:
                with suppress(StoreError):  # bot.store.health.Health reports it
                    await self.refresh()

    async def refresh(self) -> None:
        """Read the settings again if another process has changed them."""
        if await self._count_changes() != self._changes:
            async with self._one_at_a_time:
                await self.load()

    async def admin_of(self, user: int) -> list[int]:
        """Return the servers whose admins named this person as an admin."""
        rows = await self._database.run(select(settings).order_by(settings.c.guild))
        parsed = ((guild, _parsed(text)) for guild, text in rows)
        return [guild for guild, found in parsed if found and user in found.admin_users]

    def get(self, guild: int) -> ServerSettings:
        """Return the server's settings; the defaults if none are set. Raises
        UnreadableSettingsError if the stored settings cannot be parsed: the defaults would open
        channels that an admin has closed."""
        found = self._known.get(guild, _DEFAULTS)
        if found is None:
            raise UnreadableSettingsError(Refusal.SETTINGS_UNREADABLE)
        return found

    async def change(
        self, guild: int, edit: Callable[[ServerSettings], ServerSettings]
    ) -> ServerSettings:
        """Apply `edit` to the server's settings and return the result. Changes do not overlap, also
        those of several processes. Unreadable settings are replaced, starting from the defaults."""
        # A cancelled caller's change still finishes, in memory and in the store.
        return await asyncio.shield(self._change(guild, edit))

    async def _change(
        self, guild: int, edit: Callable[[ServerSettings], ServerSettings]
    ) -> ServerSettings:
        async def within(connection: AsyncConnection) -> tuple[ServerSettings, int]:
            changes = await self._count_change(connection)  # first: others wait for it
            stored = select(settings.c.settings).where(settings.c.guild == guild)
            rows = await rows_of(connection, stored)
            changed = edit((_parsed(rows[0][0]) if rows else None) or _DEFAULTS)
            added = self._database.insert(settings).values(
                guild=guild, settings=changed.model_dump_json()
            )
            await connection.execute(
                added.on_conflict_do_update(
                    index_elements=[settings.c.guild], set_={"settings": added.excluded.settings}
                )
            )
            return changed, changes

        async with self._one_at_a_time:
            try:
                changed, changes = await self._database.transact(within, by_user=True)
            except StoreError:
                self._changes = _UNKNOWN  # a late write may still be done: read it again
                raise
            self._known[guild] = changed
            if changes == self._changes + 1:  # otherwise another process changed something, too
                self._changes = changes
        return changed

    async def _count_changes(self) -> int:
        rows = await self._database.run(select(facts.c.value).where(facts.c.name == _CHANGES))
        return int(rows[0][0]) if rows else 0

    async def _count_change(self, connection: AsyncConnection) -> int:
        first = self._database.insert(facts).values(name=_CHANGES, value="1")
        one_more = cast(cast(facts.c.value, BigInteger) + 1, facts.c.value.type)
        counting = first.on_conflict_do_update(
            index_elements=[facts.c.name], set_={"value": one_more}
        )
        [[changes]] = await rows_of(connection, counting.returning(facts.c.value))
        return int(changes)


def _parsed(text: str) -> ServerSettings | None:
    try:
        return ServerSettings.model_validate_json(text)
    except ValidationError:
        return None
