"""Rendering of help, failures and refusals."""

import re

import discord

from bot.discord.rendering.layout import PAGE, Colour, brief, described
from bot.discord.text.escapes import escape
from bot.discord.text.lengths import CONTENT, shorten, with_margin
from bot.wording.errors import error_line
from index.errors import ExpectedError
from prompts import text as prompt_text

_CHANNEL = re.compile(r"\\<#(\d{15,20})\\>")


def help_embed() -> discord.Embed:
    """Render the help: the bot's purpose and its commands."""
    return described(
        [prompt_text("discord_help")], Colour.SOURCES, title=prompt_text("notices.help_title")
    )[0]


def error_embed(text: str, reference: str | None = None) -> discord.Embed:
    """Render a failure in words, with its reference in the log if there is one."""
    shown = brief(text, PAGE // 2) or prompt_text("discord_failed")
    footer = (f"Reference {reference}",) if reference else ()
    return described([shown], Colour.TROUBLE, footer=footer)[0]


def interrupted_embed(error: ExpectedError, question: str) -> discord.Embed:
    """Render why a question got no answer, and the whole question in the footer, from which a
    button can read it. The question must be inert and fit."""
    embed = discord.Embed(colour=Colour.TROUBLE, description=refusal_text(error_line(error)))
    return embed.set_footer(text=question) if question else embed


def refusal_text(text: str) -> str:
    """Format a refusal as plain message text. Channels in it become links; none of it pings."""
    shown = _CHANNEL.sub(r"<#\1>", escape(text))
    return shorten(shown.strip() or prompt_text("discord_failed"), with_margin(CONTENT))
