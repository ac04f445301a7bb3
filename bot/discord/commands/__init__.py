"""The bot's commands, one module per subject."""

from typing import Any

from discord import app_commands

from bot.discord.commands.about import help_, status
from bot.discord.commands.ask import ask, ask_about, check
from bot.discord.commands.config import config
from bot.discord.commands.data import export, forget
from bot.discord.commands.index import rebuild, rollback
from bot.discord.commands.sources import sources
from bot.discord.commands.why import why

ALL_COMMANDS: tuple[
    app_commands.Command[Any, ..., Any] | app_commands.ContextMenu | app_commands.Group, ...
] = (ask, ask_about, check, sources, why, help_, status, export, forget, rebuild, rollback, config)
