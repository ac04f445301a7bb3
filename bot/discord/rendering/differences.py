"""Rendering of values that differ between articles, in a channel."""

from collections.abc import Sequence

from bot.discord.rendering.layout import brief, dated
from bot.discord.rendering.quotes import marker
from bot.discord.text.pages import Block, Run
from bot.domain.models import Answer, Citation
from bot.wording.disagreements import by_origin, origin_words, value_words
from prompts import text

_VALUE, _SOURCE = 120, 60  # characters before escaping


def differing_block(answer: Answer) -> list[Block]:
    """List the differing values, newest first, each with the outlets, dates and numbers of its
    citations. The block is empty without a disagreement."""
    disagreement = answer.disagreement
    if disagreement is None:
        return []
    by_number = {citation.number: citation for citation in answer.citations}
    lines = []
    for value in disagreement.values:
        cited = [by_number[number] for number in value.citations if number in by_number]
        places = [_place(group) for group in by_origin(cited)]
        if origins := origin_words(value):
            places.append(origins)
        said = brief(value_words(disagreement, value), _VALUE)
        lines.append(f"- **{said}** — {'; '.join(places)}")
    return [Block((Run(text("answers.differ"), bold=True),), tail="\n".join(lines))]


def _place(group: Sequence[Citation]) -> str:
    """Return the outlet and date that these citations share, and their numbers."""
    date = dated(group[0].published) or text("answers.date_unknown")
    parts = (brief(group[0].source, _SOURCE), date)
    markers = "".join(marker(citation.number) for citation in group)
    return f"{', '.join(part for part in parts if part)} {markers}"
