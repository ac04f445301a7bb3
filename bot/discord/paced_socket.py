"""Reading what Discord sends, in turns with everything else."""

import asyncio

import discord

_LEAST_S = 0.001
_OPENING_S = 0.2


class PacedSocket(discord.gateway.DiscordWebSocket):
    """While events wait in its buffer, the library's own reads one after the other, and all else
    waits until it is empty, which under a load it never is. This one lets the others go on in
    between, and then reads for as long as they took: with less, a crowd would be read too late.
    Not while a connection opens: why Discord closes it again is read before anybody sends
    something into it, which would hide the reason."""

    _pause_at: float | None = None

    async def poll_event(self) -> None:
        await super().poll_event()
        began = self.loop.time()
        if self._pause_at is None or self.session_id is None:  # not ready yet
            self._pause_at = began + _OPENING_S
        if began < self._pause_at:
            return
        await asyncio.sleep(0)
        now = self.loop.time()
        self._pause_at = now + max(_LEAST_S, now - began)
