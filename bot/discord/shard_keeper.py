"""Interface of the connections whose shards may move to another process."""

from collections.abc import Awaitable, Callable
from typing import Protocol

import discord


class ShardKeeper(Protocol):
    """Connections of the shards that this process holds; the client has none if it serves all."""

    async def keep(self) -> None:
        """Hold shards until the task is cancelled."""

    async def end(self) -> None:
        """Close all connections such that their sessions can be resumed."""

    async def await_turn(self, shard: int) -> None:
        """Wait until Discord accepts a new session. Raises ConnectionAbortedError if the shard was
        lost meanwhile or too many sessions wait."""

    async def handle(
        self, message: discord.Message, *, addressed: bool, answer: Callable[[], Awaitable[None]]
    ) -> None:
        """Call `answer` unless another process has answered the message. Until it returns, the
        message is in progress."""

    def was_repeated(self, event: int) -> bool:
        """Return whether another process may have begun to answer a message in progress or a new
        interaction."""

    def up(self, shard: int) -> None:
        """Record that a shard has a connection."""

    def down(self, shard: int) -> None:
        """Record that a shard has lost its connection."""
