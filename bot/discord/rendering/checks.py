"""Rendering of a checked text in a channel."""

from collections.abc import Iterator

import discord

from bot.discord.rendering.layout import Colour, brief, embeds
from bot.discord.rendering.quotes import compact_quote, marker
from bot.discord.text.escapes import escape
from bot.discord.text.pages import Block, Run
from bot.domain.claims import Check, CheckedSentence, Reason, Standing
from bot.domain.folding import CitedEvidence
from bot.wording.checks import check_summary
from bot.wording.reasons import reason_line, standing_words, until_line
from prompts import text

_MARKS = {
    Standing.SUPPORTED: "\N{WHITE HEAVY CHECK MARK}",
    Standing.CONTRADICTED: "\N{CROSS MARK}",
    Standing.UNCLEAR: "\N{WHITE DIAMOND SUIT}",
    Standing.NOT_FOUND: "\N{WHITE QUESTION MARK ORNAMENT}",
    Standing.OUTDATED: "\N{HOURGLASS}",
    Standing.DISPUTED: "\N{LEFT RIGHT ARROW}",
}
_MOST_REASONS = 3
_PIECE = 120  # characters of a text in a reason, before escaping


def check_pages(check: Check) -> tuple[discord.Embed, ...]:
    """Render as pages each sentence with its standing, the reasons, and the sentences of the
    articles that show it."""
    supported = all(sentence.standing is Standing.SUPPORTED for sentence in check.sentences)
    return embeds(
        [block for sentence in check.sentences for block in _sentence(sentence)],
        Colour.ANSWERED if supported else Colour.ABSTAINED,
        title=check_summary(check),
    )


def _sentence(sentence: CheckedSentence) -> Iterator[Block]:
    until = until_line(sentence)
    reasons = [f"-# {_piece(until)}"] if until else []
    reasons += [
        f"-# {reason_line(reason, _piece)}{_citation(reason)}"
        for reason in sentence.reasons[:_MOST_REASONS]
    ]
    runs = (
        Run(f"{_MARKS[sentence.standing]} "),
        Run(standing_words(sentence.standing), bold=True),
        Run(f" {escape(sentence.text)}"),
    )
    yield Block(runs, tail="\n".join(reasons))
    for citation in sentence.citations:
        yield from compact_quote(CitedEvidence(citation), None, numbered=True, close=True)
    for number, citation in enumerate(sentence.closest):
        head = "" if number else f"-# {text('checks.closest')}"
        yield from compact_quote(
            CitedEvidence(citation), None, numbered=True, head=head, close=True
        )


def _piece(text: str) -> str:
    return brief(text, _PIECE)


def _citation(reason: Reason) -> str:
    return f" {marker(reason.citation)}" if reason.citation else ""
