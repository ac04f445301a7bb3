"""What the bot knows, as embeds: nothing from outside is acted on, no limit is ever exceeded."""
