"""What the admins of each server have set."""

import asyncio
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.domain.errors import UnreadableSettingsError
from bot.store.database import Database
from prompts import text


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


_DEFAULTS = ServerSettings()


class SettingsOfServers:
    """Read once and then kept in memory, for every command and message needs them before it can
    be acknowledged, also while the store fails: nothing but the process that holds its lock
    changes them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, ServerSettings | None] = {}  # None: cannot be read
        self._one_at_a_time = asyncio.Lock()

    async def load(self) -> None:
        """To be called once, before all else."""
        rows = await self._database.run("SELECT guild, settings FROM settings")
        self._known = {guild: _parsed(settings) for guild, settings in rows}

    def get(self, guild: int) -> ServerSettings:
        """The defaults where nothing was set. Raises UnreadableSettingsError where what was set
        cannot be read: the defaults would open channels that an admin has closed."""
        settings = self._known.get(guild, _DEFAULTS)
        if settings is None:
            raise UnreadableSettingsError(text("refusals.settings_unreadable"))
        return settings

    async def change(
        self, guild: int, edit: Callable[[ServerSettings], ServerSettings]
    ) -> ServerSettings:
        """What `edit` makes of them; nobody else changes them meanwhile. Those that cannot be
        read are set anew, from the defaults."""
        # Whoever is no longer waited for changes them all the same, in memory and in the file.
        return await asyncio.shield(self._change(guild, edit))

    async def _change(
        self, guild: int, edit: Callable[[ServerSettings], ServerSettings]
    ) -> ServerSettings:
        async with self._one_at_a_time:
            settings = edit(self._known.get(guild) or _DEFAULTS)
            await self._database.run(
                "INSERT INTO settings (guild, settings) VALUES (?, ?)"
                " ON CONFLICT (guild) DO UPDATE SET settings = excluded.settings",
                guild,
                settings.model_dump_json(),
            )
            self._known[guild] = settings
        return settings


def _parsed(settings: str) -> ServerSettings | None:
    try:
        return ServerSettings.model_validate_json(settings)
    except ValidationError:
        return None
