"""Coordination of the processes of one bot: which one serves a shard, and which one leads."""
