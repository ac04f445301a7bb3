"""What all embeds share: colours, pages, and titles and footers that fit."""

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

# Well below what Discord takes: a longer page fills the screen and nobody reads on.
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
    """One embed a page, at least one. The title is escaped text and on every page, like the
    question above it and the parts of the footer."""
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
    """One embed a description."""
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
        parts = [shorten(inert(part), _FOOTER_PART) for part in footer]
        if len(pages) > 1:
            parts.insert(0, prompt_text("answers.page", page=number, pages=len(pages)))
        if shown := " · ".join(part for part in parts if part):
            embed.set_footer(text=shorten(shown, with_margin(EMBED_FOOTER)))
        made.append(embed)
    return tuple(made)


def running(text: str, *, prefix: str = "", label: str = "") -> Block:
    """Untrusted text as a paragraph, after a label of our own."""
    labelled = (Run(label, bold=True), Run(" ")) if label else ()
    return Block((*labelled, Run(escape(text))), prefix=prefix)


def brief(text: str, most: int) -> str:
    """Untrusted text of at most `most` before it is escaped."""
    return escape(shorten(inert(text).strip(), most))


def dated(published: str) -> str:
    """A date, which untrusted text gives, in a line that never breaks within it."""
    return brief(day(published), _DATE).replace(" ", "\N{NO-BREAK SPACE}")


def fits_title(escaped: str) -> bool:
    return 0 < length(escaped) <= with_margin(EMBED_TITLE)
