"""Rendering of a checked text in a channel."""

from bisect import bisect_right
from collections.abc import Iterator

import discord

from bot.discord.rendering.layout import Colour, brief, embeds
from bot.discord.rendering.quotes import marker, quote_block
from bot.discord.text.escapes import escape
from bot.discord.text.pages import Block, Run
from bot.discord.text.wording import generation_line
from bot.domain.claims import Check, CheckedSentence, Reason, Standing
from bot.wording.measures import counted
from bot.wording.reasons import reason_line, standing_words
from prompts import text

_MARKS = {
    Standing.SUPPORTED: "\N{WHITE HEAVY CHECK MARK}",
    Standing.CONTRADICTED: "\N{CROSS MARK}",
    Standing.NOT_FOUND: "\N{WHITE QUESTION MARK ORNAMENT}",
}
_MOST_REASONS = 3
_MOST_EMBEDS = 2  # two full ones stay within Discord's limit for a message
_PIECE = 120  # characters of a text in a reason, before escaping


def check_embeds(check: Check) -> tuple[discord.Embed, ...]:
    """Render each sentence with its standing, the reasons, and the sentences that show it. Of a
    long text, render only the sentences that fit into one message."""
    fitting = bisect_right(
        range(1, len(check.sentences) + 1), _MOST_EMBEDS, key=lambda n: len(_embeds(check, n))
    )
    return _embeds(check, max(1, fitting))[:_MOST_EMBEDS]


def _embeds(check: Check, shown: int) -> tuple[discord.Embed, ...]:
    standings = [sentence.standing for sentence in check.sentences]
    supported, count = standings.count(Standing.SUPPORTED), len(standings)
    left_out = text("checks.cut", count=shown) if shown < count else ""
    return embeds(
        [block for sentence in check.sentences[:shown] for block in _sentence(sentence)],
        Colour.ANSWERED if supported == count else Colour.ABSTAINED,
        title=text("checks.title", supported=supported, sentences=counted(count, "sentence")),
        footer=(left_out, generation_line(check.generation)),
    )


def _sentence(sentence: CheckedSentence) -> Iterator[Block]:
    reasons = [
        f"-# {reason_line(reason, _piece)}{_citation(reason)}"
        for reason in sentence.reasons[:_MOST_REASONS]
    ]
    runs = (
        Run(f"{_MARKS[sentence.standing]} "),
        Run(standing_words(sentence.standing), bold=True),
        Run(f" {escape(sentence.text)}"),
    )
    yield Block(runs, tail="\n".join(reasons))
    yield from (quote_block(citation) for citation in sentence.citations)
    for number, citation in enumerate(sentence.closest):
        yield quote_block(citation, head="" if number else f"-# {text('checks.closest')}")


def _piece(text: str) -> str:
    return brief(text, _PIECE)


def _citation(reason: Reason) -> str:
    return f" {marker(reason.citation)}" if reason.citation else ""
