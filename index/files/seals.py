"""Records in JSON that carry their own checksum, so that no byte of them changes unnoticed."""

import hashlib
from typing import Self

from pydantic import BaseModel, ConfigDict

_UNSEALED = "0" * 64


class Sealed(BaseModel):
    """A record of what others vouch for. `seal` is the sha256 of its JSON with zeros in the seal's
    own place; it stands first in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seal: str = _UNSEALED

    def sealed(self) -> Self:
        return self.model_copy(update={"seal": _digest(self.json_text(_UNSEALED).encode())})

    def json_text(self, seal: str | None = None) -> str:
        """As it is kept, with its own seal or another."""
        return self.model_copy(update={"seal": seal or self.seal}).model_dump_json(indent=2)


def seal_holds(data: bytes, seal: str) -> bool:
    """Whether `data`, the JSON of a record with this seal, is what was sealed, to the byte."""
    return seal != _UNSEALED and _digest(data.replace(seal.encode(), _UNSEALED.encode(), 1)) == seal


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
