"""The bot's commands, one module per subject."""

from typing import Any

from discord import app_commands

from bot.discord.commands.about import help_, status
from bot.discord.commands.ask import ask, ask_about
from bot.discord.commands.check import check, check_message
from bot.discord.commands.config import config
from bot.discord.commands.data import export, forget
from bot.discord.commands.digest import digest
from bot.discord.commands.index import rebuild, rollback
from bot.discord.commands.insights import insights
from bot.discord.commands.limits import limits
from bot.discord.commands.overviews import latest, timeline
from bot.discord.commands.source_admin import source
from bot.discord.commands.sources import sources
from bot.discord.commands.watch import watch, watching
from bot.discord.commands.why import why

ALL_COMMANDS: tuple[
    app_commands.Command[Any, ..., Any] | app_commands.ContextMenu | app_commands.Group, ...
] = (
    ask,
    ask_about,
    check,
    check_message,
    latest,
    timeline,
    watch,
    watching,
    sources,
    why,
    help_,
    status,
    limits,
    export,
    forget,
    rebuild,
    rollback,
    source,
    digest,
    insights,
    config,
)
