"""What the bot keeps between restarts: SQLite, behind one async door."""
