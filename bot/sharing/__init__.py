"""State that several processes share through Redis. Each process also works without it."""
