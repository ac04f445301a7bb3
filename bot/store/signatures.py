"""Keyed hashes of people's ids, and signatures of button data. The keys never leave the store."""

import base64
import hashlib
import hmac
import secrets

from sqlalchemy import select

from bot.store.database import Database
from bot.store.tables import secrets as table

_KEY_BYTES = 32
_HASH_CHARS = 32  # hex digits; 128 bits, so that no two people collide
_TAG_BYTES = 9  # 12 of a button's 100 characters; a forgery takes 2**72 tries


async def secret(database: Database, name: str) -> bytes:
    """Return the key of this name; create it at the first call. Of several processes that create
    it at once, all get the same."""
    wanted = select(table.c.value).where(table.c.name == name)
    found = await database.run(wanted)
    if not found:
        made = database.insert(table).values(name=name, value=secrets.token_bytes(_KEY_BYTES))
        await database.run(made.on_conflict_do_nothing())
        found = await database.run(wanted)
    return bytes(found[0][0])


class Hasher:
    """Keyed hash of ids: without its key, a leaked store does not identify people."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def asker(self, user_id: int | str) -> str:
        return _mac(self._key, str(user_id)).hex()[:_HASH_CHARS]

    def channel(self, channel_id: int) -> int:
        """Hash the id of a direct channel, which identifies a person. The result is a 63-bit
        number, like an id."""
        return int.from_bytes(_mac(self._key, f"channel {channel_id}")[:8]) >> 1


class Signer:
    """Signer of data that comes back from untrusted clients."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, payload: str) -> str:
        """Return the signature: 12 characters of base64url (72 bits)."""
        return base64.urlsafe_b64encode(_mac(self._key, payload)[:_TAG_BYTES]).decode()

    def verify(self, payload: str, tag: str) -> bool:
        return hmac.compare_digest(self.sign(payload).encode(), _bytes(tag))


def _mac(key: bytes, text: str) -> bytes:
    # Not hmac.digest, which releases the GIL: an answer has ten buttons, and for each of them
    # the event loop would wait until the compute thread releases it.
    return hmac.new(key, _bytes(text), hashlib.sha256).digest()


def _bytes(text: str) -> bytes:
    # A lone surrogate, which JSON can contain, must fail the check, not raise.
    return text.encode("utf-8", "surrogatepass")
