"""JSON records that carry their own checksum, so that every changed byte is detected."""

import hashlib
from typing import Self

from pydantic import BaseModel, ConfigDict

_UNSEALED = "0" * 64


class Sealed(BaseModel):
    """A record sealed by its own checksum. `seal` is its first field: the sha256 of its JSON with
    zeros in place of the seal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seal: str = _UNSEALED

    def sealed(self) -> Self:
        return self.model_copy(update={"seal": _digest(self.json_text(_UNSEALED).encode())})

    def json_text(self, seal: str | None = None) -> str:
        """Serialize the record as it is stored, with its own seal or another."""
        return self.model_copy(update={"seal": seal or self.seal}).model_dump_json(indent=2)


def seal_matches(data: bytes, seal: str) -> bool:
    """Check that `data`, the JSON of a record with this seal, is byte for byte what was sealed."""
    return seal != _UNSEALED and _digest(data.replace(seal.encode(), _UNSEALED.encode(), 1)) == seal


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
