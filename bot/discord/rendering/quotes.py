"""Rendering of a quoted sentence and of the line that names its place."""

from bot.discord.rendering.layout import brief, dated
from bot.discord.text.escapes import escape, inert, plain_label
from bot.discord.text.lengths import shorten
from bot.discord.text.links import sentence_link
from bot.discord.text.pages import Block, Run
from bot.domain.models import Citation, Place, Role, ShortAnswer
from prompts import text as prompt_text

# Characters before escaping. The line that names a place is never cut, so it must be short.
_TITLE, _SOURCE = 120, 80
_COPIES = 2  # copies that are named; the others are counted


def marker(number: int) -> str:
    return rf"\[{number}\]"


def quote_block(
    citation: Citation, short: ShortAnswer | None = None, *, head: str = "", note: str = ""
) -> Block:
    """Lay out a quote with its number over the line that names its place. The short answer in it is
    bold."""
    opening = (
        (Run(f"*{prompt_text('answers.context')}* "),) if citation.role is Role.CONTEXT else ()
    )
    tail = place_line(citation, citation.quote, note=note)
    if citation.also_in:
        tail += f"\n{_also_line(citation)}"
    return Block(
        (*opening, *_quoted(citation, short), Run(f" {marker(citation.number)}")),
        prefix="> ",
        head=head,
        tail=tail,
    )


def place_line(place: Place, sentence: str, *, note: str = "") -> str:
    """Format "Title · source · date" in small print. The title links to the sentence."""
    title = titled(place.title or place.article_id, sentence_link(place.url, sentence))
    parts = (title, brief(place.source, _SOURCE), dated(place.published), note)
    return f"-# {' · '.join(part for part in parts if part)}"


def titled(title: str, link: str | None) -> str:
    """Format the title as a link. If it cannot be a link's label, put a separate link after it."""
    text = shorten(inert(title).strip(), _TITLE) or prompt_text("answers.no_title")
    if link is None:
        return escape(text)
    label = plain_label(text)
    return (
        f"[{label}]({link})"
        if label
        else f"{escape(text)} ([{prompt_text('answers.open')}]({link}))"
    )


def _quoted(citation: Citation, short: ShortAnswer | None) -> tuple[Run, ...]:
    quote = citation.quote
    if short is None or short.citation != citation.number:
        return (Run(escape(quote)),)
    start, end = short.start - citation.start, short.end - citation.start
    # Cut before escaping, which changes the length.
    return (
        Run(escape(quote[:start])),
        Run(escape(quote[start:end]), bold=True),
        Run(escape(quote[end:])),
    )


def _also_line(citation: Citation) -> str:
    named = [_copy(place) for place in citation.also_in[:_COPIES]]
    if more := len(citation.also_in) - len(named):
        named.append(prompt_text("answers.also_more", count=more))
    return f"-# {prompt_text('answers.also_in')} {'; '.join(named)}"


def _copy(place: Place) -> str:
    title = brief(place.title or place.article_id, _TITLE // 2)
    source = brief(place.source, _SOURCE // 2)
    return f"{title} ({source})" if source else title
