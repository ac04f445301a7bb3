"""Shared parts of all embeds: colours, pages, titles and footers that fit."""

from collections.abc import Sequence
from enum import IntEnum

import discord

from bot.discord.text.escapes import escape, inert
from bot.discord.text.lengths import (
    EMBED_AUTHOR,
    EMBED_FOOTER,
    EMBED_TITLE,
    length,
    shorten,
    with_margin,
)
from bot.discord.text.pages import Block, Run, paged
from bot.discord.text.wording import day
from prompts import text as prompt_text

# UTF-16 units, well below Discord's limit. A longer page fills the screen and readers stop.
PAGE = 2400
_FOOTER_PART = 300
_DATE = 40


class Colour(IntEnum):
    ANSWERED = 0x2D7D46
    ABSTAINED = 0x8A8F98
    SOURCES = 0x5865F2
    ADMIN = 0xC27C0E
    TROUBLE = 0xDA373C


def embeds(
    blocks: Sequence[Block],
    colour: Colour,
    *,
    title: str = "",
    url: str | None = None,
    asked: str = "",
    footer: Sequence[str] = (),
    gap: str = "\n\n",
) -> tuple[discord.Embed, ...]:
    """Build one embed per page, and at least one. The title must be escaped. The title, the
    question above it and the footer are on every page."""
    return described(
        paged(blocks, PAGE, gap) or [prompt_text("answers.nothing_shown")],
        colour,
        title=title,
        url=url,
        asked=asked,
        footer=footer,
    )


def described(
    pages: Sequence[str],
    colour: Colour,
    *,
    title: str = "",
    url: str | None = None,
    asked: str = "",
    footer: Sequence[str] = (),
) -> tuple[discord.Embed, ...]:
    """Build one embed per description; the text of each must fit already."""
    made = []
    for number, page in enumerate(pages, start=1):
        embed = discord.Embed(
            colour=colour,
            title=shorten(title.strip(), with_margin(EMBED_TITLE)) or None,
            url=url if title.strip() else None,
            description=page,
        )
        if question := shorten(inert(asked).strip(), with_margin(EMBED_AUTHOR)):
            embed.set_author(name=question)
        parts = [shorten(inert(part).strip(), _FOOTER_PART) for part in footer]
        if len(pages) > 1:
            parts.insert(0, prompt_text("answers.page", page=number, pages=len(pages)))
        if shown := " · ".join(part for part in parts if part):
            embed.set_footer(text=shorten(shown, with_margin(EMBED_FOOTER)))
        made.append(embed)
    return tuple(made)


def running(text: str, *, prefix: str = "", label: str = "") -> Block:
    """Build a paragraph of untrusted text, after an optional trusted label."""
    labelled = (Run(label, bold=True), Run(" ")) if label else ()
    return Block((*labelled, Run(escape(text))), prefix=prefix)


def brief(text: str, most: int) -> str:
    """Escape untrusted text, cut to at most `most` UTF-16 units before escaping."""
    return escape(shorten(inert(text).strip(), most))


def dated(published: str) -> str:
    """Format an untrusted date so that no line breaks within it."""
    return brief(day(published), _DATE).replace(" ", "\N{NO-BREAK SPACE}")


def fits_title(escaped: str) -> bool:
    return 0 < length(escaped) <= with_margin(EMBED_TITLE)
