"""What the admins of each server have set."""

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
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, guild: int) -> ServerSettings:
        """The defaults where nothing was set. Raises UnreadableSettingsError where what was set
        cannot be read: the defaults would open channels that an admin has closed."""
        rows = await self._database.run("SELECT settings FROM settings WHERE guild = ?", guild)
        if not rows:
            return ServerSettings()
        try:
            return ServerSettings.model_validate_json(rows[0][0])
        except ValidationError as error:
            raise UnreadableSettingsError(
                "The settings of this server cannot be read: an admin has to set them anew"
            ) from error

    async def set(self, guild: int, settings: ServerSettings) -> None:
        await self._database.run(
            "INSERT INTO settings (guild, settings) VALUES (?, ?)"
            " ON CONFLICT (guild) DO UPDATE SET settings = excluded.settings",
            guild,
            settings.model_dump_json(),
        )
