"""Keyed hashes: of people's ids, and over what buttons carry. The keys never leave the store."""

import base64
import hashlib
import hmac
import secrets

from bot.store.database import Database

_KEY_BYTES = 32
_HASH_CHARS = 32  # 128 bits: no two people meet in one
_TAG_BYTES = 9  # 12 characters of the 100 that a button has, and 2**72 tries to forge one


async def secret(database: Database, name: str) -> bytes:
    """The key of that name, made when it is first asked for."""
    await database.run(
        "INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING",
        name,
        secrets.token_bytes(_KEY_BYTES),
    )
    [(value,)] = await database.run("SELECT value FROM secrets WHERE name = ?", name)
    return bytes(value)


class Hasher:
    """Hashes ids, so that a store that leaks does not name people without its key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def asker(self, user_id: int | str) -> str:
        return _mac(self._key, str(user_id)).hex()[:_HASH_CHARS]

    def channel(self, channel_id: int) -> int:
        """Of a direct channel, which is one person's: a number as its id is, of 63 bits."""
        return int.from_bytes(_mac(self._key, f"channel {channel_id}")[:8]) >> 1


class Signer:
    """Signs what comes back through others' hands."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, payload: str) -> str:
        """12 characters of base64url."""
        return base64.urlsafe_b64encode(_mac(self._key, payload)[:_TAG_BYTES]).decode()

    def verify(self, payload: str, tag: str) -> bool:
        return hmac.compare_digest(self.sign(payload).encode(), _bytes(tag))


def _mac(key: bytes, text: str) -> bytes:
    # Not hmac.digest, which lets go of the interpreter's lock: an answer has ten buttons, and
    # with each of them the event loop would wait for the compute thread to give it back.
    return hmac.new(key, _bytes(text), hashlib.sha256).digest()


def _bytes(text: str) -> bytes:
    # Half a surrogate pair, which JSON can carry, must fail a check, not raise.
    return text.encode("utf-8", "surrogatepass")
