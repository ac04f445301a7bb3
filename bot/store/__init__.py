"""What the bot keeps between restarts: SQLite, behind one async door."""

from bot.store.audit import AuditEntry
from bot.store.receipts import Kept, new_id
from bot.store.settings import ServerSettings
from bot.store.store import Store

__all__ = ["AuditEntry", "Kept", "ServerSettings", "Store", "new_id"]
