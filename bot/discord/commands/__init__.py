"""The bot's commands: one module a subject."""

from typing import Any

from discord import app_commands

from bot.discord.commands.about import help_, status
from bot.discord.commands.asking import ask, ask_about, check
from bot.discord.commands.configuring import config
from bot.discord.commands.indexing import rebuild, rollback
from bot.discord.commands.keeping import export, forget
from bot.discord.commands.receipts import why
from bot.discord.commands.sources import sources

ALL_COMMANDS: tuple[
    app_commands.Command[Any, ..., Any] | app_commands.ContextMenu | app_commands.Group, ...
] = (ask, ask_about, check, sources, why, help_, status, export, forget, rebuild, rollback, config)
