"""Rendering of the sources and of updates, for operators."""

from collections.abc import Sequence

import discord

from bot.discord.rendering.layout import Colour, brief, described

_MOST = 25  # sources on one page
_LONGEST_LINE = 140  # with the escapes, all lines fit one description


def lines_embed(title: str, lines: Sequence[str]) -> discord.Embed:
    """Render untrusted lines as a list; at most 25 are shown, and the rest is counted."""
    shown = [f"- {brief(line, _LONGEST_LINE)}" for line in lines[:_MOST]]
    if len(lines) > _MOST:
        shown.append(f"- and {len(lines) - _MOST} more")
    return described(["\n".join(shown)], Colour.ADMIN, title=title)[0]
