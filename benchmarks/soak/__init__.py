"""Soak test: thousands of questions through the real Discord client, with a day's number of Discord
faults."""
