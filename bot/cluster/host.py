"""Interface of the connections to Discord that a member opens and closes."""

from typing import Protocol

from bot.cluster.leases import Taken
from bot.cluster.session import GatewaySession


class ShardHost(Protocol):
    """Connections of the shards that a member holds."""

    def open(self, taken: Taken) -> None:
        """Connect a shard. Resume its session if there is one."""

    def close(self, shard: int) -> GatewaySession | None:
        """Stop receiving events of a shard. Return the session to resume. Its sequence
        comes before the oldest message that is still in progress."""

    def session(self, shard: int) -> GatewaySession | None:
        """Return what `close` would return."""

    def is_busy(self, shard: int) -> bool:
        """Return whether messages of a shard are in progress."""

    def failing_s(self, shard: int) -> float:
        """Return the seconds since a shard lost its connection or first failed to get one; 0 if it
        has one, or has not failed yet."""
