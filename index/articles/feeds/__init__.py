"""News feeds and news agencies' formats."""
