"""Rendering of a checked text for a terminal or a pipe."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from bot.domain.claims import Check, CheckedSentence, Standing
from bot.terminal.answers import quote_line, source_lines
from bot.terminal.layout import FAINT, HEADING, Hanging, console, inert, show, stacked
from bot.wording.checks import check_summary
from bot.wording.reasons import reason_line, standing_words, until_line
from prompts import text

_STYLES = {
    Standing.SUPPORTED: "bold green",
    Standing.CONTRADICTED: "bold red",
    Standing.UNCLEAR: "bold yellow",
    Standing.NOT_FOUND: "bold yellow",
    Standing.OUTDATED: "bold yellow",
    Standing.DISPUTED: "bold yellow",
}


def print_check(check: Check) -> None:
    """Print the checked text to standard output."""
    show(console(), check_view(check))


def check_view(check: Check) -> RenderableType:
    """Render each sentence with its standing, the reasons and the sentences that show it. The
    sources and the summary follow at the end."""
    shown = [c for sentence in check.sentences for c in (*sentence.citations, *sentence.closest)]
    summary = Text(check_summary(check), HEADING)
    return stacked([*map(_sentence, check.sentences), source_lines(shown), [summary]])


def _sentence(sentence: CheckedSentence) -> Iterator[RenderableType]:
    yield Hanging(
        Text(f"{standing_words(sentence.standing)} ", _STYLES[sentence.standing]),
        Text(inert(sentence.text)),
    )
    if until := until_line(sentence):
        yield Hanging(Text("  ! "), Text(inert(until)))
    for reason in sentence.reasons:
        number = f" [{reason.citation}]" if reason.citation else ""
        yield Hanging(Text("  ! "), Text(reason_line(reason, inert) + number))
    yield from (quote_line(citation) for citation in sentence.citations)
    for citation in sentence.closest:
        label = Text(f"[{citation.number}] {text('checks.closest')}: ", FAINT)
        yield Hanging(label, Text(inert(citation.quote)))
