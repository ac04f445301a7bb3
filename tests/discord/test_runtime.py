"""Background work of the runtime: pruning old data."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.store import AuditEntry, Store
from tests.discord.conftest import OpenRuntime
from tests.hang_guard import HANG_S
from tests.store.conftest import GUILD, kept


async def test_what_is_old_is_forgotten(opened_runtime: OpenRuntime, tmp_path: Path) -> None:
    """Receipts are deleted after `keep_days`, audit entries after a year."""
    now = datetime.now(UTC)
    receipts = {days: kept(created=now - timedelta(days=days)) for days in (6, 8)}
    async with Store.open(tmp_path / "dealbot.sqlite") as store:
        for receipt in receipts.values():
            await store.receipts.add(receipt)
        for days in (364, 366):
            when = now - timedelta(days=days)
            await store.audit.record(AuditEntry(when, GUILD, 1, "config", f"{days}", "done"))
    async with opened_runtime(keep_days=7) as runtime, asyncio.timeout(HANG_S):
        audited = await runtime.store.audit.latest(GUILD, 9)
        while len(audited) == 2:
            audited = await runtime.store.audit.latest(GUILD, 9)
        assert [entry.detail for entry in audited] == ["364"]
        assert await runtime.store.receipts.get(receipts[6].id)
        assert not await runtime.store.receipts.get(receipts[8].id)
