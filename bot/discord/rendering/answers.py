"""Rendering of an answer in a channel."""

import discord

from bot.discord.rendering.layout import Colour, embeds, fits_title, running
from bot.discord.rendering.notices import error_embed
from bot.discord.rendering.quotes import marker, quote_block
from bot.discord.text.escapes import escape, inert
from bot.discord.text.pages import Block, Run
from bot.discord.text.wording import generation_line, how_sure
from bot.domain.models import Answer, Status, WrittenSentence
from bot.wording.measures import percent, writing_line
from prompts import text as prompt_text


def answer_pages(answer: Answer, receipt_id: str) -> tuple[discord.Embed, ...]:
    """Render an answer as pages. An answer has its short answer, quotes with their places, and
    confidence. An abstention has its text and the closest sentences, labelled as such. Small talk
    has only its text."""
    if answer.error:
        return (error_embed(answer.error),)
    if not answer.citations and not answer.closest:
        return embeds([running(answer.text)], Colour.ABSTAINED)
    if answer.status is Status.ANSWERED:
        return _answered(answer, receipt_id)
    return _abstained(answer, receipt_id)


def _answered(answer: Answer, receipt_id: str) -> tuple[discord.Embed, ...]:
    short, title = answer.short_answer, ""
    if answer.unsure:
        title = prompt_text("answers.unsure")
    elif answer.verdict:
        title = f"{prompt_text(f'answers.{answer.verdict}')} {marker(answer.citations[0].number)}"
    elif short:
        title = f"{escape(short.text).strip()} {marker(short.citation)}"
    blocks = [
        *_understood(answer),
        *_written(answer),
        *(quote_block(citation, short) for citation in answer.citations),
    ]
    return embeds(
        blocks,
        Colour.ANSWERED,
        # A short answer that is too long for a title is still bold in its quote.
        title=title if fits_title(title) else "",
        asked=answer.question,
        footer=_footer(how_sure(answer.confidence), answer, receipt_id),
    )


def _abstained(answer: Answer, receipt_id: str) -> tuple[discord.Embed, ...]:
    heading = f"### {prompt_text('closest')}"
    quotes = [
        quote_block(citation, head="" if number else heading)
        for number, citation in enumerate(answer.closest)
    ]
    return embeds(
        [*_understood(answer), *quotes],
        Colour.ABSTAINED,
        title=escape(answer.text),
        asked=answer.question,
        footer=_footer(
            prompt_text("answers.not_sure_enough", likelihood=percent(answer.confidence)),
            answer,
            receipt_id,
        ),
    )


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
    return [
        Block((Run(f"{prompt_text('answers.understood')} {escape(understood)}"),), prefix="-# ")
    ]


def _footer(sure: str, answer: Answer, receipt_id: str) -> tuple[str, ...]:
    writing = (writing_line(answer.writing),) if answer.writing else ()
    return (sure, *writing, generation_line(answer.generation), f"/why {receipt_id}")
