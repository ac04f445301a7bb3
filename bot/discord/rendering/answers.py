"""Rendering of an answer in a channel: compact, with what says the same folded into one line."""

from collections.abc import Iterator

import discord

from bot.discord.rendering.differences import differing_block
from bot.discord.rendering.layout import Colour, embeds, fits_title, running
from bot.discord.rendering.notices import error_embed
from bot.discord.rendering.overviews import overview_pages
from bot.discord.rendering.quotes import closest_line, compact_quote, marker, small
from bot.discord.text.escapes import escape, inert
from bot.discord.text.pages import Block, Run
from bot.domain.folding import Folding, fold
from bot.domain.models import Answer, Status, WrittenSentence
from bot.wording.answers import answer_text, uncounted_line
from bot.wording.confidence import confidence_words
from bot.wording.folding import agreeing_words
from bot.wording.measures import writing_line
from bot.wording.times import limits_line, resolved_words
from prompts import text as prompt_text


def answer_pages(answer: Answer) -> tuple[discord.Embed, ...]:
    """Render an answer as pages. An answer has its short answer, one quote with its outlet, date
    and confidence, and the quotes that say something else. An abstention has its text and names the
    closest article. Small talk has only its text. An overview has a date with each sentence."""
    if answer.error:
        return (error_embed(answer.error),)
    if answer.overview:
        return overview_pages(answer)
    if not answer.citations and not answer.closest:
        return embeds([running(answer_text(answer))], Colour.ABSTAINED)
    if answer.parts:
        blocks = [block for part in answer.parts for block in _part(answer.of_part(part))]
        return embeds(blocks, Colour.ANSWERED, asked=answer.question)
    if answer.status is Status.ANSWERED:
        return _answered(answer)
    return _abstained(answer)


def _answered(answer: Answer) -> tuple[discord.Embed, ...]:
    folding = fold(answer)
    numbered = needs_numbers(answer, folding)
    title = _title(answer, numbered=numbered)
    blocks = [
        *_understood(answer),
        *_limits(answer),
        *_written(answer),
        *differing_block(answer),
        *_quotes(answer, folding, numbered=numbered),
    ]
    return embeds(
        blocks,
        Colour.ANSWERED,
        # A short answer that is too long for a title is still bold in its quote.
        title=title if fits_title(title) else "",
        asked=answer.question,
        footer=(writing_line(answer.writing),) if answer.writing else (),
    )


def _part(answer: Answer) -> Iterator[Block]:
    """Lay out the answer to one of several questions, below the question itself if it is kept."""
    said = _title(answer, numbered=True) if answer.citations else escape(answer_text(answer))
    if answer.question:
        yield Block((Run(escape(answer.question), bold=True),))
    if said:
        yield Block((Run(said),))
    yield from differing_block(answer)
    yield from _quotes(answer, fold(answer), numbered=True)


def needs_numbers(answer: Answer, folding: Folding) -> bool:
    """Return whether the quotes need their numbers: several are shown, or sentences refer to
    them."""
    return len(folding.shown) > 1 or bool(answer.written or answer.disagreement)


def _title(answer: Answer, *, numbered: bool) -> str:
    short = answer.short_answer
    if answer.unsure:
        return prompt_text("answers.unsure")
    if answer.verdict:
        mark = f" {marker(answer.citations[0].number)}" if numbered else ""
        return f"{prompt_text(f'answers.{answer.verdict}')}{mark}"
    if not short:
        return ""
    days = f" ({words})" if (words := resolved_words(short)) else ""
    mark = f" {marker(short.citation)}" if numbered else ""
    return f"{escape(short.text).strip()}{days}{mark}"


def _quotes(answer: Answer, folding: Folding, *, numbered: bool) -> Iterator[Block]:
    """Lay out the shown evidence. The first has the confidence, and counts what else says so."""
    first = (
        "" if answer.unsure else confidence_words(answer.confidence),
        agreeing_words(folding),
    )
    for place, evidence in enumerate(folding.shown):
        # Articles that differ are never sure, and their list counts who says what.
        notes = () if place or answer.disagreement else first
        yield from compact_quote(evidence, answer.short_answer, numbered=numbered, notes=notes)


def _abstained(answer: Answer) -> tuple[discord.Embed, ...]:
    closest = answer.closest[0]
    line = closest_line(closest, closest.quote)
    return embeds(
        [*_understood(answer), Block(tail=line)],
        Colour.ABSTAINED,
        title=escape(answer_text(answer)),
        asked=answer.question,
    )


def _limits(answer: Answer) -> list[Block]:
    """Render which articles the answer is from, by their time, in small print."""
    lines = (limits_line(answer), uncounted_line(answer))
    return [small(escape(line)) for line in lines if line]


def _written(answer: Answer) -> list[Block]:
    """Render the sentences that a model wrote as one paragraph."""
    runs = [
        Run(f"{' ' if number else ''}{escape(each.text)} {_markers(each)}")
        for number, each in enumerate(answer.written)
    ]
    return [Block(tuple(runs))] if runs else []


def _markers(written: WrittenSentence) -> str:
    return "".join(marker(number) for number in written.citations)


def _understood(answer: Answer) -> list[Block]:
    understood = inert(answer.understood_as).strip()
    if not understood or understood == inert(answer.question).strip():
        return []
    return [small(f"{prompt_text('answers.understood')} {escape(understood)}")]
