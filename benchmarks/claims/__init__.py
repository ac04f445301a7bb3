"""Claims made from articles by rule: some that the cited sentences support, and corrupted ones."""
