"""Gateway session that one process hands to another."""

from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class GatewaySession:
    """Session of a shard, enough to resume it with the bot's token. Discord repeats the events
    after `sequence`. A session keeps the intents that it began with."""

    id: str
    url: str
    sequence: int
    intents: int

    @classmethod
    def read(cls, stored: Any) -> Self | None:
        """Read a stored session; None if there is none or another version stored it."""
        try:
            session = cls(**stored)
        except TypeError:
            return None
        fits = all(isinstance(each, str) for each in (session.id, session.url))
        return session if fits and isinstance(session.sequence, int) else None

    def stored(self) -> dict[str, Any]:
        return asdict(self)
