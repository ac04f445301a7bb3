"""Rendering of values that differ between articles, in a terminal."""

from collections.abc import Collection, Iterator

from rich.console import RenderableType
from rich.text import Text

from bot.domain.models import Answer, Citation
from bot.terminal.layout import EXACT, HEADING, MARKER, Hanging, inert
from bot.wording.disagreements import by_origin, origin_words, published_words, value_words
from prompts import text


def differing_lines(answer: Answer, shown: Collection[Citation]) -> Iterator[RenderableType]:
    """Render the differing values, newest first, each with the outlets and dates of its citations,
    and the numbers of those that are shown. Nothing is rendered without a disagreement."""
    disagreement = answer.disagreement
    if disagreement is None:
        return
    yield Text(text("answers.differ"), HEADING)
    by_number = {citation.number: citation for citation in answer.citations}
    numbers = {citation.number for citation in shown}
    for value in disagreement.values:
        cited = [by_number[number] for number in value.citations if number in by_number]
        said = Text.assemble((inert(value_words(disagreement, value)), EXACT), " — ")
        for place, group in enumerate(by_origin(cited)):
            said.append("; " if place else "")
            said.append(inert(_outlet(group[0])))
            marked = [f"[{each.number}]" for each in group if each.number in numbers]
            said.append(f" {''.join(marked)}" if marked else "", MARKER)
        if origins := origin_words(value):
            said.append(f"; {origins}")
        yield Hanging(Text("- "), said)


def _outlet(citation: Citation) -> str:
    parts = (citation.source, published_words(citation))
    return ", ".join(part for part in parts if part.strip())
