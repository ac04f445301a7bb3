"""Handle what users ask over a network: access, limits, receipts."""
