"""Rendering of a quoted sentence and of the line that names its place."""

from collections.abc import Iterator, Sequence

from bot.discord.rendering.layout import brief, dated
from bot.discord.text.escapes import escape, inert, plain_label
from bot.discord.text.lengths import shorten
from bot.discord.text.links import sentence_link
from bot.discord.text.pages import Block, Run
from bot.discord.text.wording import day
from bot.domain.folding import CitedEvidence
from bot.domain.models import Citation, Place, Role, ShortAnswer
from bot.wording.disagreements import superseded_words
from bot.wording.measures import pages
from prompts import text as prompt_text

# Characters before escaping. The line that names a place is never cut, so it must be short.
_TITLE, _SHORT_TITLE, _SOURCE = 120, 60, 80
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
    notes = (brief(superseded_words(citation), _SOURCE), note)
    tail = place_line(citation, citation.quote, note=" · ".join(each for each in notes if each))
    if citation.also_in:
        tail += f"\n{also_line(citation.also_in)}"
    return Block(
        (*opening, *_quoted(citation, short), Run(f" {marker(citation.number)}")),
        prefix="> ",
        head=head,
        tail=tail,
    )


def compact_quote(
    evidence: CitedEvidence,
    short: ShortAnswer | None,
    *,
    numbered: bool,
    notes: Sequence[str] = (),
    head: str = "",
    close: bool = False,
) -> Iterator[Block]:
    """Lay out evidence in few lines: the quote, its context in small print, and one line with the
    outlet, the date and the notes. The quotes have numbers only if `numbered`. `head` and `close`
    are those of the first block."""
    cited = evidence.citation
    superseded = brief(superseded_words(cited), _SOURCE)
    number = (Run(f" {marker(cited.number)}"),) if numbered else ()
    yield Block((*_quoted(cited, short), *number), prefix="> ", head=head, close=close)
    for each in evidence.context:
        yield small(f"{prompt_text('answers.context')} {escape(each.quote)}", close=True)
    yield Block(tail=outlet_line(cited, cited.quote, notes=(superseded, *notes)), close=True)


def outlet_line(place: Place, sentence: str, *, notes: Sequence[str] = ()) -> str:
    """Format "Outlet, date · notes" in small print. The outlet and date link to the sentence."""
    outlet = shorten(inert(place.source or place.title or place.article_id).strip(), _SOURCE)
    date = day(place.published) or prompt_text("answers.date_unknown")
    where = titled(f"{outlet}, {date}", sentence_link(place.url, sentence))
    return f"-# {' · '.join(part for part in (where, pages([place.page]), *notes) if part)}"


def closest_line(place: Place, sentence: str) -> str:
    """Name the article nearest to an unanswered question, in small print. The title links to the
    sentence."""
    title = shorten(inert(place.title or place.source or place.article_id).strip(), _SHORT_TITLE)
    label = prompt_text("answers.closest_article")
    return f"-# {label} {titled(title, sentence_link(place.url, sentence))}"


def small(escaped: str, *, close: bool = False) -> Block:
    """Lay out escaped text in small print."""
    return Block((Run(escaped),), prefix="-# ", close=close)


def place_line(place: Place, sentence: str, *, note: str = "") -> str:
    """Format "Title · source · date" in small print. The title links to the sentence."""
    title = titled(place.title or place.article_id, sentence_link(place.url, sentence))
    date = dated(place.published) or prompt_text("answers.date_unknown")
    where = (brief(place.source, _SOURCE), date, pages([place.page]))
    parts = (title, *where, note)
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


def also_line(copies: Sequence[Place]) -> str:
    """Name the copies of a sentence in small print: two of them, and the number of the others."""
    named = [_copy(place) for place in copies[:_COPIES]]
    if more := len(copies) - len(named):
        named.append(prompt_text("answers.also_more", count=more))
    return f"-# {prompt_text('answers.also_in')} {'; '.join(named)}"


def _copy(place: Place) -> str:
    title = brief(place.title or place.article_id, _TITLE // 2)
    source = brief(place.source, _SOURCE // 2)
    return f"{title} ({source})" if source else title
