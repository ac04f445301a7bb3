"""What whoever runs the bot can see of it while it runs: degradations, logs, metrics, health."""
