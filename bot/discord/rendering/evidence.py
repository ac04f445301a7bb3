"""Rendering of a cited sentence in its context, and of further evidence below an answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.discord.rendering.layout import Colour, brief, embeds
from bot.discord.rendering.quotes import also_line, marker, quote_block
from bot.discord.text.escapes import escape
from bot.discord.text.links import sentence_link
from bot.discord.text.pages import Block, Run
from bot.discord.text.wording import day
from bot.domain.models import Citation, Place
from prompts import text as prompt_text

_TITLE = 110


@dataclass(frozen=True, slots=True)
class SentenceInContext:
    """A cited sentence with the text of its article around it. `number` is the number of its
    marker, and `also_in` has the copies of the sentence."""

    number: int
    title: str
    source: str
    published: str
    url: str
    before: str
    sentence: str
    after: str
    also_in: tuple[Place, ...] = ()


def sentence_in_context(shown: SentenceInContext) -> tuple[discord.Embed, ...]:
    """Render the sentence in bold between its neighbours, on one page unless they are very long."""
    runs = (
        Run(f"{escape(shown.before.rstrip())} "),
        Run(escape(shown.sentence), bold=True),
        Run(f" {marker(shown.number)} "),
        Run(escape(shown.after.lstrip())),
    )
    return embeds(
        [Block(runs, prefix="> ", tail=also_line(shown.also_in) if shown.also_in else "")],
        Colour.SOURCES,
        title=brief(shown.title, _TITLE) or marker(shown.number),
        url=sentence_link(shown.url, shown.sentence),
        footer=(shown.source, day(shown.published)),
    )


def more_evidence_pages(citations: Sequence[Citation]) -> tuple[discord.Embed, ...]:
    """Render the sentences in the given order, best first, each with its marker and its score. If
    there are none, render one page that says so."""
    if not citations:
        nothing = Block((Run(prompt_text("discord_no_more_evidence")),))
        return embeds([nothing], Colour.SOURCES)
    blocks = [
        quote_block(citation, note=prompt_text("answers.score", score=citation.score))
        for citation in citations
    ]
    return embeds(
        blocks,
        Colour.SOURCES,
        title=prompt_text("answers.more_evidence"),
        footer=(prompt_text("discord_more_evidence"),),
    )
