"""The store: opening it, and its parts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from bot.monitoring.degradations import Degradations
from bot.store.audit import Audit
from bot.store.database import Database
from bot.store.description import StoreInfo, describe
from bot.store.lock import only_process
from bot.store.migration import migrate, remove_backups
from bot.store.people import People
from bot.store.receipts import Receipts
from bot.store.schema import STEPS
from bot.store.settings import SettingsOfServers
from bot.store.signatures import Hasher, Signer, secret
from bot.store.usage import UsageByDay
from bot.store.values import Values
from bot.store.votes import Votes


class Store:
    """Use as `async with Store.open(path) as store`. Every method raises StoreError, in words,
    where the file cannot be used. Cancelling a call that writes leaves it done or not begun."""

    # Names admins, and is read when something went wrong: long enough to ask, not for ever.
    audit_kept = timedelta(days=365)

    def __init__(
        self, database: Database, hasher: Hasher, signer: Signer, *, keep_questions: bool
    ) -> None:
        self._database, self._hasher = database, hasher
        self.signer = signer
        self.settings = SettingsOfServers(database)
        self.receipts = Receipts(database, keep_questions=keep_questions)
        self.votes = Votes(database)
        self.audit = Audit(database)
        self.values = Values(database)
        self.usage = UsageByDay(database, hasher)
        self.people = People(database, hasher, self.receipts, self.votes, self.audit, self.usage)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        path: Path,
        *,
        exclusive: bool = True,
        keep_questions: bool = False,
        busy_timeout_s: float = 5.0,
        degraded: Degradations | None = None,
    ) -> AsyncIterator[Self]:
        """Makes the file where there is none. With `exclusive`, which is for what answers, no
        second process can open it so; without, it is read and written beside one that does. Of
        receipts that are added, what was typed reaches the file only with `keep_questions`. With
        `degraded`, trouble is told there, and nobody waits long for it to pass."""
        with only_process(path) if exclusive else nullcontext():
            async with Database.open(path, busy_timeout_s=busy_timeout_s) as database:
                await migrate(database, STEPS, locked=exclusive)
                await database.use_wal()
                hasher = Hasher(await secret(database, "asker"))
                signer = Signer(await secret(database, "signer"))
                store = cls(database, hasher, signer, keep_questions=keep_questions)
                await store.settings.load()
                if degraded is not None:
                    database.watch(degraded)
                yield store

    def asker(self, user_id: int) -> str:
        """What stands for a person where the id itself is not needed."""
        return self._hasher.asker(user_id)

    async def back_up(self, target: Path) -> None:
        """A copy as of one moment, in the place of an older one, whatever is written meanwhile."""
        await self._database.back_up(target)

    async def describe(self) -> StoreInfo:
        """How much there is in it."""
        return await describe(self._database)

    async def forget_old(self, keep_days: int) -> None:
        """What is older than people were told, and what they typed where that is not kept."""
        now = datetime.now(UTC)
        oldest = now - timedelta(days=keep_days)
        await self.receipts.forget_questions()
        await self.receipts.prune(oldest)
        await self.audit.prune(now - self.audit_kept)
        await self.usage.forget_askers(now.date())
        await self.usage.prune(oldest.date())
        await asyncio.to_thread(remove_backups, self._database.path, oldest)

    def channel(self, channel_id: int, guild: int | None) -> int:
        """What a channel is kept as: its id, but of a direct one, which is a person's, a hash."""
        return self._hasher.channel(channel_id) if guild is None else channel_id
