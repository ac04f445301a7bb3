"""Rendering of overviews in a channel: what is new, and what happened day by day."""

from collections.abc import Iterator

import discord

from bot.discord.rendering.layout import Colour, embeds
from bot.discord.rendering.quotes import also_line, marker, place_line
from bot.discord.text.escapes import escape
from bot.discord.text.pages import Block, Run
from bot.domain.models import Answer, Citation
from bot.wording.overviews import date_in_words, entry_label, overview_title
from prompts import text

_PAGES = 2  # pages of a post: its embeds may have 6000 characters together


def overview_pages(answer: Answer) -> tuple[discord.Embed, ...]:
    """Render an overview as pages, with a dated sentence for each entry. Without entries, render
    why there are none, and the newest article."""
    return embeds(
        [entry_block(citation) for citation in answer.citations or answer.closest],
        Colour.ANSWERED if answer.citations else Colour.ABSTAINED,
        title=escape(overview_title(answer)),
        asked=answer.question,
    )


def digest_embeds(answer: Answer, title: str) -> list[discord.Embed]:
    """Render an overview as a post under a title of its own: as many pages as fit one message, and
    how to see the rest if there are more."""
    blocks = [entry_block(citation) for citation in answer.citations]
    pages = embeds(blocks, Colour.ANSWERED, title=escape(title))
    if len(pages) > _PAGES:
        more = (text("overviews.digest_more"),)
        pages = embeds(blocks, Colour.ANSWERED, title=escape(title), footer=more)
    return list(pages[:_PAGES])


def entry_block(citation: Citation) -> Block:
    """Lay out one entry: its date and label, the quote, and the line that names its article."""
    tail = place_line(citation, citation.quote)
    if citation.also_in:
        tail += f"\n{also_line(citation.also_in)}"
    return Block(
        (Run(escape(citation.quote)), Run(f" {marker(citation.number)}")),
        prefix="> ",
        head=" ".join(_head(citation)),
        tail=tail,
    )


def _head(citation: Citation) -> Iterator[str]:
    if citation.happened:
        yield f"**{escape(date_in_words(citation.happened))}**"
    if label := entry_label(citation):
        yield f"*{label}*"
