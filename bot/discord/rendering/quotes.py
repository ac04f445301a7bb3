"""A quoted sentence and the line that tells where it stands."""

from bot.discord.rendering.layout import brief, dated
from bot.discord.text.escapes import escape, inert, plain_label
from bot.discord.text.lengths import shorten
from bot.discord.text.links import sentence_link
from bot.discord.text.pages import Block, Run
from bot.domain.models import Citation, Place, Role, ShortAnswer
from prompts import text as prompt_text

# In characters before they are escaped: a line that tells a place is never cut on a page.
_TITLE, _SOURCE = 120, 80
_COPIES = 2  # that are named; of the others only how many there are


def marker(number: int) -> str:
    return rf"\[{number}\]"


def quote_block(
    citation: Citation, short: ShortAnswer | None = None, *, head: str = "", note: str = ""
) -> Block:
    """The quote with its number, the short answer in it bold, over its place."""
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
    """ "Title · source · date" in small print, the title leading to the sentence."""
    title = titled(place.title or place.article_id, sentence_link(place.url, sentence))
    parts = (title, brief(place.source, _SOURCE), dated(place.published), note)
    return f"-# {' · '.join(part for part in parts if part)}"


def titled(title: str, link: str | None) -> str:
    """The title, leading to where the link does."""
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
    # Cut before it is escaped: that changes the length.
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
