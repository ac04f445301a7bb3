"""The store: opening it, and its parts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Self

from bot.store.audit import Audit
from bot.store.database import Database
from bot.store.locking import only_process
from bot.store.migrating import migrate
from bot.store.receipts import Receipts
from bot.store.schema import STEPS
from bot.store.settings import SettingsOfServers
from bot.store.signing import Hasher, Signer, secret
from bot.store.values import Values
from bot.store.votes import Votes


class Store:
    """Use as `async with Store.open(path) as store`. Every method raises StoreError, in words,
    where the file cannot be used. Cancelling a call that writes leaves it done or not begun."""

    def __init__(self, database: Database, hasher: Hasher, signer: Signer) -> None:
        self._hasher = hasher
        self.signer = signer
        self.settings = SettingsOfServers(database)
        self.receipts = Receipts(database)
        self.votes = Votes(database)
        self.audit = Audit(database)
        self.values = Values(database)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, path: Path, *, exclusive: bool = True, busy_timeout_s: float = 5.0
    ) -> AsyncIterator[Self]:
        """Makes the file where there is none. With `exclusive`, which is for what answers, no
        second process can open it so; without, it is read and written beside one that does."""
        with only_process(path) if exclusive else nullcontext():
            async with Database.open(path, busy_timeout_s=busy_timeout_s) as database:
                await migrate(database, STEPS, locked=exclusive)
                await database.use_wal()
                hasher = Hasher(await secret(database, "asker"))
                yield cls(database, hasher, Signer(await secret(database, "signer")))

    def asker(self, user_id: int) -> str:
        """What stands for a person where the id itself is not needed."""
        return self._hasher.asker(user_id)
