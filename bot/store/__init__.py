"""Persistent state of the bot: SQLite or PostgreSQL, behind one async interface."""

from bot.store.audit import AuditEntry
from bot.store.places import StoreMissingError, StorePlace
from bot.store.receipts import StoredReceipt, new_id
from bot.store.settings import ServerSettings
from bot.store.store import Store

__all__ = [
    "AuditEntry",
    "ServerSettings",
    "Store",
    "StoreMissingError",
    "StorePlace",
    "StoredReceipt",
    "new_id",
]
