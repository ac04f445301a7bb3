"""Monitoring: what the bot's operators see."""
