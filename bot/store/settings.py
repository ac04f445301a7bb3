"""Settings that the admins of each server have made."""

import asyncio
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.domain.errors import Refusal, UnreadableSettingsError
from bot.store.database import Database


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
    before it can be acknowledged, even while the store fails. Only the process that holds the
    store's lock changes them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, ServerSettings | None] = {}  # None: cannot be read
        self._one_at_a_time = asyncio.Lock()

    async def load(self) -> None:
        """Read all settings; call it once, before any other method."""
        rows = await self._database.run("SELECT guild, settings FROM settings")
        self._known = {guild: _parsed(settings) for guild, settings in rows}

    def get(self, guild: int) -> ServerSettings:
        """Return the server's settings; the defaults if none are set. Raises
        UnreadableSettingsError if the stored settings cannot be parsed: the defaults would open
        channels that an admin has closed."""
        settings = self._known.get(guild, _DEFAULTS)
        if settings is None:
            raise UnreadableSettingsError(Refusal.SETTINGS_UNREADABLE)
        return settings

    async def change(
        self, guild: int, edit: Callable[[ServerSettings], ServerSettings]
    ) -> ServerSettings:
        """Apply `edit` to the server's settings and return the result. Changes do not overlap.
        Unreadable settings are replaced, starting from the defaults."""
        # A cancelled caller's change still finishes, in memory and in the file.
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
