"""Claims made from articles by rule: such as the cited sentences carry, and corrupted ones."""
