"""Several bot processes that serve one bot: who serves which shard, and who leads."""
