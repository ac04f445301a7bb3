"""Verification of a sentence against the sentences that it cites."""
