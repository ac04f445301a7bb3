"""What several processes share through Redis, which any of them can do without."""
