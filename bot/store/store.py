"""Store of the bot: one object that opens the database and has its tables as parts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from bot.monitoring.degradations import Degradations
from bot.store.asked import AskedQuestions
from bot.store.audit import Audit
from bot.store.database import Database
from bot.store.description import StoreInfo, describe
from bot.store.digests import Digests
from bot.store.migration import remove_backups
from bot.store.notes import Notes
from bot.store.people import People
from bot.store.places import StorePlace, open_database
from bot.store.receipts import Receipts
from bot.store.replies import Replies
from bot.store.settings import SettingsOfServers
from bot.store.signatures import Hasher, Signer, secret
from bot.store.sqlite_file import SqliteFile
from bot.store.usage import UsageByDay
from bot.store.values import Values
from bot.store.votes import Votes
from bot.store.watches import Watches


class Store:
    """Persistent state of the bot. Use as `async with Store.open(place) as store`. Every method
    raises StoreError, with a readable message, if the database cannot be used. Cancelling a call
    that writes leaves it done or not begun."""

    # The log names admins and serves investigations: a year is enough for them.
    audit_kept = timedelta(days=365)

    def __init__(
        self, database: Database, hasher: Hasher, signer: Signer, *, keep_questions: bool
    ) -> None:
        self._database, self._hasher = database, hasher
        self.signer = signer
        self.settings = SettingsOfServers(database)
        self.receipts = Receipts(database, keep_questions=keep_questions)
        self.replies = Replies(database)
        self.asked = AskedQuestions(database)
        self.votes = Votes(database)
        self.audit = Audit(database)
        self.values = Values(database)
        self.usage = UsageByDay(database, hasher)
        self.watches = Watches(database)
        self.digests = Digests(database)
        self.notes = Notes(database)
        self.people = People(
            database,
            hasher,
            self.receipts,
            self.votes,
            self.audit,
            self.usage,
            self.watches,
            self.settings,
        )

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        place: StorePlace,
        *,
        exclusive: bool = True,
        create: bool = True,
        keep_questions: bool = False,
        busy_timeout_s: float = 5.0,
        degraded: Degradations | None = None,
    ) -> AsyncIterator[Self]:
        """Open the store; make it if there is none and `create`. `exclusive` is for a process that
        answers: no second one can then open the same file, and a server must be writable. Without
        it, the store is used beside such a process. Several may answer with one server. The typed
        text of new receipts is stored only with `keep_questions`. With `degraded`, failures are
        reported there, and calls do not wait long."""
        async with open_database(
            place,
            exclusive=exclusive,
            create=create,
            busy_timeout_s=busy_timeout_s,
            patient=degraded is None,
        ) as database:
            hasher = Hasher(await secret(database, "asker"))
            signer = Signer(await secret(database, "signer"))
            store = cls(database, hasher, signer, keep_questions=keep_questions)
            await store.settings.load()
            if degraded is not None:
                database.watch(degraded)
            async with store.settings.followed():
                yield store

    @property
    def name(self) -> str:
        """File or server of the store, as it may be shown to operators."""
        return self._database.name

    def asker(self, user_id: int) -> str:
        """Hash a user's id, for uses that do not need the id itself."""
        return self._hasher.asker(user_id)

    async def back_up(self, target: Path) -> None:
        """Copy the file as of one moment to `target`, in place of an older copy, even during
        writes. Raises StoreError for a store on a server, which makes its own backups."""
        await self._database.back_up(target)

    async def describe(self) -> StoreInfo:
        """Return the statistics of the store."""
        return await describe(self._database)

    async def forget_old(self, keep_days: int) -> None:
        """Delete what is older than `keep_days`, audit entries older than a year, and typed text if
        that is not to be kept. Remove the askers from the usage of earlier days. Raises
        StoreError. Several processes may do this at once."""
        now = datetime.now(UTC)
        oldest = now - timedelta(days=keep_days)
        await self.receipts.forget_questions()
        await self.receipts.prune(oldest)
        await self.audit.prune(now - self.audit_kept)
        await self.usage.forget_askers(now.date())
        await self.usage.prune(oldest.date())
        await self._database.erase()
        if isinstance(self._database, SqliteFile):
            await asyncio.to_thread(remove_backups, self._database.path, oldest)

    def channel(self, channel_id: int, guild: int | None) -> int:
        """Return the stored form of a channel: its id, or a hash for a direct channel, which
        identifies a person."""
        return self._hasher.channel(channel_id) if guild is None else channel_id
