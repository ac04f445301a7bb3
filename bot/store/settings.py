"""What the admins of each server have set."""

import asyncio
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.errors import UnreadableSettingsError
from bot.store.database import Database


class ServerSettings(BaseModel):
    """A server's settings. No channels: all of them; no roles: everyone may ask."""

    # What a newer version knew besides is left alone: the rest still holds.
    model_config = ConfigDict(frozen=True, extra="ignore")

    channels: tuple[int, ...] = ()
    roles: tuple[int, ...] = ()
    admin_roles: tuple[int, ...] = ()
    admin_users: tuple[int, ...] = ()
    private: bool = False
    per_user_per_minute: int | None = Field(default=None, gt=0)


class SettingsOfServers:
    """Read once and then kept in memory, for every command and message needs them before it can
    be acknowledged: nothing but the process that holds the store's lock changes them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, ServerSettings] = {}
        self._one_at_a_time = asyncio.Lock()

    async def get(self, guild: int) -> ServerSettings:
        """The defaults where nothing was set. Raises UnreadableSettingsError where what was set
        cannot be read: the defaults would open channels that an admin has closed."""
        if guild not in self._known:
            async with self._one_at_a_time:
                return await self._read(guild)
        return self._known[guild]

    async def change(
        self, guild: int, edit: Callable[[ServerSettings], ServerSettings]
    ) -> ServerSettings:
        """What `edit` makes of them; nobody else changes them meanwhile. Those that cannot be
        read are set anew, from the defaults."""
        async with self._one_at_a_time:
            try:
                settings = edit(await self._read(guild))
            except UnreadableSettingsError:
                settings = edit(ServerSettings())
            await self._write(guild, settings)
        return settings

    async def _read(self, guild: int) -> ServerSettings:
        if guild not in self._known:
            rows = await self._database.run("SELECT settings FROM settings WHERE guild = ?", guild)
            self._known[guild] = _parsed(rows[0][0]) if rows else ServerSettings()
        return self._known[guild]

    async def _write(self, guild: int, settings: ServerSettings) -> None:
        self._known.pop(guild, None)  # whoever cancels this call does not know how it ended
        await self._database.run(
            "INSERT INTO settings (guild, settings) VALUES (?, ?)"
            " ON CONFLICT (guild) DO UPDATE SET settings = excluded.settings",
            guild,
            settings.model_dump_json(),
        )
        self._known[guild] = settings


def _parsed(settings: str) -> ServerSettings:
    try:
        return ServerSettings.model_validate_json(settings)
    except ValidationError as error:
        raise UnreadableSettingsError(
            "The settings of this server cannot be read: an admin has to set them anew"
        ) from error
