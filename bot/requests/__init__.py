"""Requests of users over a network: access, limits, receipts."""
