"""Polite and guarded HTTP requests to the servers of sources."""
