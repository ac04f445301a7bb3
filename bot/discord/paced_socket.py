"""Gateway socket that gives other tasks their turn between events."""

import asyncio

import discord

_LEAST_S = 0.001
_OPENING_S = 0.2


class PacedSocket(discord.gateway.DiscordWebSocket):
    """Gateway socket that lets other tasks run between events. The library's socket reads all
    buffered events before other tasks run, and under load its buffer is never empty. After each
    pause this socket reads for as long as the other tasks took, at least 1 ms; with less, it would
    read a crowd's events too late. It does not pause while a connection opens and for 0.2 s after.
    If Discord closes the connection then, the socket must read the reason before another task
    writes to it, because a failed write hides the reason."""

    _pause_at: float | None = None

    async def poll_event(self) -> None:
        await super().poll_event()
        began = self.loop.time()
        if self._pause_at is None or self.session_id is None:  # no READY event yet
            self._pause_at = began + _OPENING_S
        if began < self._pause_at:
            return
        await asyncio.sleep(0)
        now = self.loop.time()
        self._pause_at = now + max(_LEAST_S, now - began)
