"""What a language model writes of the bundled articles, and what of it is let through."""
