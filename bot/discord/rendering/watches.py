"""Rendering of watched questions: a list of them, and messages about changed answers."""

from collections.abc import Callable, Sequence

import discord

from bot.discord.rendering.layout import Colour, brief, embeds, running
from bot.discord.rendering.quotes import place_line
from bot.discord.text.escapes import escape
from bot.discord.text.pages import Block, Run
from bot.domain.models import Answer, Citation
from bot.store.watches import StoredWatch, WatchState
from prompts import text as prompt_text

_QUOTES = 2  # sentences of the new answer that are shown
_QUESTION, _SHORT, _VALUE = 200, 80, 120
_PAGES = 2  # pages of one message: their embeds may have 6000 characters together

_Render = Callable[[int], tuple[discord.Embed, ...]]  # takes the most quotes of an answer


def change_embeds(watches: Sequence[StoredWatch]) -> list[discord.Embed]:
    """Render the changed answers of one message: one in full, or several in short."""
    if len(watches) == 1:
        [watch] = watches
        return _fitting(lambda most: _one_change(watch, most), _QUOTES)
    return _fitting(lambda most: _several_changes(watches, most), 1)


def expiry_embeds(watches: Sequence[StoredWatch], days: int) -> list[discord.Embed]:
    """Render the end of watches whose answers have not changed for so many days."""
    opening = running(prompt_text("watches.expired", count=days))
    return list(embeds([opening, *map(_question, watches)], Colour.ABSTAINED))[:_PAGES]


def watching_embeds(watch: StoredWatch, days: int) -> list[discord.Embed]:
    """Render the confirmation of a new watch, with the answer as it is now. It ends after so many
    days without a change."""
    direct = watch.channel is None
    place = prompt_text(f"watches.watching_{'direct' if direct else 'here'}")
    blocks = [
        running(prompt_text("watches.watching", place=place)),
        *_answer(watch.told.answer, prompt_text("watches.now"), 1),
        running(prompt_text("watches.watching_kept", count=days), prefix="-# "),
    ]
    return list(embeds(blocks, Colour.SOURCES, asked=watch.question))[:1]


def list_embeds(watches: Sequence[StoredWatch]) -> list[discord.Embed]:
    """Render the list of a person's watches, numbered as their stop buttons."""
    return _fitting(lambda most: _list(watches, most), 1)


def _fitting(render: _Render, quotes: int) -> list[discord.Embed]:
    """Render with as many quotes for each answer as fit one message, at most `quotes`."""
    for most in range(quotes, 0, -1):
        if len(pages := render(most)) <= _PAGES:
            return list(pages)
    return list(render(0)[:_PAGES])


def _one_change(watch: StoredWatch, most: int) -> tuple[discord.Embed, ...]:
    assert watch.pending is not None
    blocks = [
        *_answer(watch.pending.answer, prompt_text("watches.now"), most),
        *_answer(watch.told.answer, prompt_text("watches.before"), min(most, 1)),
    ]
    title = prompt_text("watches.changed")
    return embeds(blocks, Colour.ANSWERED, title=title, asked=watch.question, footer=_footer())


def _several_changes(watches: Sequence[StoredWatch], most: int) -> tuple[discord.Embed, ...]:
    blocks = [block for watch in watches for block in _short_change(watch, most)]
    title = prompt_text("watches.changed_several", count=len(watches))
    return embeds(blocks, Colour.ANSWERED, title=title, footer=_footer())


def _short_change(watch: StoredWatch, most: int) -> list[Block]:
    assert watch.pending is not None
    before = f"{prompt_text('watches.before')}: {_headline(watch.told.answer)}"
    return [
        _question(watch),
        *_answer(watch.pending.answer, prompt_text("watches.now"), most),
        Block((Run(before),), prefix="-# "),
    ]


def _list(watches: Sequence[StoredWatch], most: int) -> tuple[discord.Embed, ...]:
    blocks = [_listed(number, watch, most) for number, watch in enumerate(watches, start=1)]
    if not blocks:
        blocks = [running(prompt_text("watches.none"))]
    return embeds(blocks, Colour.SOURCES, title=prompt_text("watches.title"))


def _answer(answer: Answer, label: str, most: int) -> list[Block]:
    """Render an answer as its short form after the label, and its first sentences."""
    has_headline = not most or not answer.evidence or _value(answer)
    head = f"{escape(label)}: {_headline(answer)}" if has_headline else escape(label)
    return [Block((Run(head, bold=True),)), *map(_quote, answer.evidence[:most])]


def _quote(cited: Citation) -> Block:
    return Block((Run(escape(cited.quote)),), prefix="> ", tail=place_line(cited, cited.quote))


def _headline(answer: Answer) -> str:
    """Return the answer in a few words, escaped: its values, or the start of its sentence."""
    if not answer.evidence:
        return escape(prompt_text("abstained"))
    return _value(answer) or brief(answer.evidence[0].quote, _VALUE)


def _value(answer: Answer) -> str:
    if answer.disagreement:
        return " · ".join(brief(each.text, _VALUE) for each in answer.disagreement.values)
    if answer.verdict:
        return escape(prompt_text(f"answers.{answer.verdict}"))
    return brief(answer.short_answer.text, _VALUE) if answer.short_answer else ""


def _question(watch: StoredWatch) -> Block:
    return Block((Run(brief(watch.question, _QUESTION), bold=True),))


def _listed(number: int, watch: StoredWatch, most: int) -> Block:
    """List a watch with the start of its answer, or without if `most` is 0."""
    place = prompt_text("watches.place_direct") if not watch.channel else f"<#{watch.channel}>"
    parts = [place, escape(prompt_text("watches.since", date=watch.created))]
    if watch.state is WatchState.PAUSED:
        parts.append(escape(prompt_text("watches.paused")))
    small = f"-# {' · '.join(parts)}"
    answer = _headline((watch.pending or watch.told).answer)
    return Block(
        (Run(f"{number}. {brief(watch.question, _QUESTION if most else _SHORT)}", bold=True),),
        tail=f"{answer}\n{small}" if most else small,
    )


def _footer() -> tuple[str, ...]:
    return (prompt_text("watches.footer"),)
