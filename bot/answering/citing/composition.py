"""Text of an answer: the short answer first, then the quoted sentences with their markers."""

import re
from collections.abc import Sequence

from bot.domain.models import Citation, Role, ShortAnswer, Verdict, WrittenSentence
from prompts import text as prompt_text

_MARKDOWN = re.compile(r"([\\`*_~|<>&\[\]])")
# Marks at the start of a line: headings, bullets, rules and, after digits, numbered lists.
_LINE_MARK = re.compile(r"^(\d*)(?=[#+\-=.)])")


def compose_text(
    citations: Sequence[Citation],
    short: ShortAnswer | None,
    written: Sequence[WrittenSentence] = (),
    *,
    verdict: Verdict | None = None,
    unsure: bool = False,
) -> str:
    """Compose the answer as markdown with [1] markers. Text from articles or from a model is
    escaped, so that markdown in it has no effect."""
    lines = []
    if unsure and not written:
        lines.append(prompt_text("answers.unsure"))
    elif verdict:
        lines.append(f"**{prompt_text(f'answers.{verdict}')}** [{citations[0].number}]")
    elif short:
        lines.append(f"**{escape_markdown(short.text)}** [{short.citation}]")
    if written:
        lines.append(" ".join(f"{escape_markdown(each.text)} {markers(each)}" for each in written))
    for citation in citations:
        prefix = f"*{prompt_text('answers.context')}* " if citation.role is Role.CONTEXT else ""
        lines.append(f"> {prefix}{escape_markdown(citation.quote)} [{citation.number}]")
    return "\n\n".join(lines)


def markers(written: WrittenSentence) -> str:
    """Format the citation numbers of a written sentence, for example as "[1][3]"."""
    return "".join(f"[{number}]" for number in written.citations)


def escape_markdown(quote: str) -> str:
    """Join the words on one line, and escape every character that markdown acts on."""
    line = " ".join(quote.split())
    return _LINE_MARK.sub(r"\1\\", _MARKDOWN.sub(r"\\\1", line))
