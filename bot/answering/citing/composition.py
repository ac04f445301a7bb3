"""Writing an answer: the short answer first, then the quoted sentences with their markers."""

import re
from collections.abc import Sequence

from bot.domain.models import Citation, Role, ShortAnswer, Verdict, WrittenSentence
from prompts import text as prompt_text

_MARKDOWN = re.compile(r"([\\`*_~|<>&\[\]])")
# At the start of a line: headings, bullets, rules, and after digits the mark of a numbered list.
_LINE_MARK = re.compile(r"^(\d*)(?=[#+\-=.)])")


def compose_text(
    citations: Sequence[Citation],
    short: ShortAnswer | None,
    written: Sequence[WrittenSentence] = (),
    *,
    verdict: Verdict | None = None,
    unsure: bool = False,
) -> str:
    """Markdown with [1] markers. What comes from articles, or from a model, is escaped: it is
    shown, never acted on."""
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
    """ "[1][3]" """
    return "".join(f"[{number}]" for number in written.citations)


def escape_markdown(quote: str) -> str:
    """The words on one line, with no character left that markdown would act on."""
    line = " ".join(quote.split())
    return _LINE_MARK.sub(r"\1\\", _MARKDOWN.sub(r"\\\1", line))
