"""Persistent state of the bot: SQLite, behind one async interface."""

from bot.store.audit import AuditEntry
from bot.store.receipts import StoredReceipt, new_id
from bot.store.settings import ServerSettings
from bot.store.store import Store

__all__ = ["AuditEntry", "ServerSettings", "Store", "StoredReceipt", "new_id"]
