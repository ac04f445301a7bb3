"""Operators' view of the running bot: degradations, logs, metrics, health."""
