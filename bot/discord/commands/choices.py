"""Autocomplete choices for a command's fields."""

from discord import app_commands

from bot.discord.text.escapes import inert
from bot.discord.text.lengths import CHOICE, length, shorten, with_margin

MOST = 25  # Discord's own limit


def choice(name: str, value: str) -> app_commands.Choice[str] | None:
    """Build a choice. Return None if Discord would refuse its value, because Discord then refuses
    all other choices too."""
    shown = shorten(inert(name).strip(), with_margin(CHOICE))
    if not shown or not value.strip() or length(value) > CHOICE:
        return None
    return app_commands.Choice(name=shown, value=value)
