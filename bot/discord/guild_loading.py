"""Servers fetched one by one, for sessions that another process began."""

import asyncio
from typing import Any

from bot.discord.client import DealbotClient
from bot.discord.delivery import with_retries

_FETCH_FOR_S = 30.0
_AT_ONCE = 4  # servers; the requests of answers share the limits


class GuildLoader:
    """Loader of servers. Discord describes all servers only at the start of a session. A process
    that resumes the session of another fetches a server when the first event of it arrives."""

    def __init__(self, client: DealbotClient) -> None:
        self._client = client
        self._loading: dict[int, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)

    def is_known(self, guild: int) -> bool:
        return self._client.get_guild(guild) is not None

    async def load(self, guild: int) -> None:
        """Fetch a server into the client's cache. Calls for the same server share the requests.
        Raises as `with_retries`."""
        loading = self._loading.get(guild)
        if loading is None:
            fetching = with_retries(lambda: self._fetch(guild), _FETCH_FOR_S)
            loading = asyncio.create_task(fetching, name="loading a server")
            self._loading[guild] = loading
            loading.add_done_callback(lambda done: self._forget(guild, done))
        await asyncio.shield(loading)

    def _forget(self, guild: int, done: asyncio.Task[None]) -> None:
        del self._loading[guild]
        if not done.cancelled():
            done.exception()  # those who wait for it get it; asyncio need not log it

    async def _fetch(self, guild: int) -> None:
        """Build the payload with which Discord describes a server to a new session."""
        http, state = self._client.http, self._client._connection
        assert self._client.user is not None  # set by the login
        async with self._slots:
            described, channels, threads, mine = await asyncio.gather(
                http.get_guild(guild, with_counts=False),
                http.get_all_guild_channels(guild),
                http.get_active_threads(guild),
                http.get_member(guild, self._client.user.id),
            )
        payload: Any = {
            **described,
            "unavailable": False,
            "large": True,
            "channels": channels,
            "threads": threads["threads"],
            "members": [mine],
        }
        if not self.is_known(guild):
            state._add_guild_from_data(payload)
