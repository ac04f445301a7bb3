"""Answers in words: the short answer first, then the quoted sentences with their markers."""

import re
from collections.abc import Sequence

from bot.domain.models import (
    Answer,
    AnswerPart,
    Citation,
    Disagreement,
    Role,
    ShortAnswer,
    Verdict,
    WrittenSentence,
)
from bot.wording.contents import facts_lines
from bot.wording.disagreements import (
    by_origin,
    origin_words,
    published_words,
    superseded_words,
    value_words,
)
from bot.wording.overviews import date_in_words, entry_label, overview_title
from bot.wording.times import abstention_within_limits, limits_line, resolved_words
from prompts import chosen
from prompts import text as prompt_text

_MARKDOWN = re.compile(r"([\\`*_~|<>&\[\]])")
# Marks at the start of a line: headings, bullets, rules and, after digits, numbered lists.
_LINE_MARK = re.compile(r"^(\d*)(?=[#+\-=.)])")


def put_in_words(answer: Answer) -> Answer:
    """Return the answer with its text, which replaces `small_talk` and `lacking`."""
    if answer.text:
        return answer
    words = {"text": answer_text(answer), "prompts": chosen().version}
    return answer.model_copy(update={**words, "small_talk": None, "lacking": ()})


def answer_text(answer: Answer) -> str:
    """Return the text of an answer, an abstention or small talk as markdown."""
    if answer.text:  # put in words already, as receipts of older versions are
        return answer.text
    if answer.overview:
        return _overview_text(answer)
    if answer.parts:
        return "\n\n".join(_part_text(answer, part) for part in answer.parts)
    if answer.citations:
        return compose_text(
            answer.citations,
            answer.short_answer,
            answer.written,
            verdict=answer.verdict,
            unsure=answer.unsure,
            limits=limits_line(answer),
            uncounted=uncounted_line(answer),
            disagreement=answer.disagreement,
        )
    if answer.language:
        return prompt_text(f"tongues.{answer.language}")
    if answer.facts:
        return "\n".join(escape_markdown(line) for line in facts_lines(answer.facts))
    if answer.small_talk:
        return prompt_text(answer.small_talk)
    if answer.unstated:
        return prompt_text(f"answers.unstated_{answer.unstated}")
    if within := abstention_within_limits(answer):
        return within
    if answer.lacking:
        between = f" {prompt_text('answers.alternative')} "
        return prompt_text("abstained_lacking", lacking=between.join(answer.lacking))
    return prompt_text("abstained")


def uncounted_line(answer: Answer) -> str:
    """Say that the sentences of an answer do not give the number asked for; "" for any other."""
    return prompt_text("answers.uncounted") if answer.citations and answer.unstated else ""


def _part_text(answer: Answer, part: AnswerPart) -> str:
    """Compose the text of one question of several, below the question itself if it is kept."""
    asked = f"**{escape_markdown(part.question)}**\n\n" if part.question else ""
    return f"{asked}{answer_text(answer.of_part(part))}"


def _overview_text(answer: Answer) -> str:
    lines = [overview_title(answer)]
    for citation in answer.citations:
        opening = [f"**{date_in_words(citation.happened)}**"] if citation.happened else []
        if label := entry_label(citation):
            opening.append(f"*{label}*")
        said = f"{escape_markdown(citation.quote)} [{citation.number}]"
        lines.append(f"> {' '.join([*opening, said])}")
    return "\n\n".join(lines)


def compose_text(
    citations: Sequence[Citation],
    short: ShortAnswer | None,
    written: Sequence[WrittenSentence] = (),
    *,
    verdict: Verdict | None = None,
    unsure: bool = False,
    limits: str = "",
    uncounted: str = "",
    disagreement: Disagreement | None = None,
) -> str:
    """Compose the answer as markdown with [1] markers. Text from articles or from a model is
    escaped, so that markdown in it has no effect. `limits` says which articles it is from, and
    `uncounted` that it gives no number."""
    lines = [line for line in (limits, uncounted) if line]
    if unsure and not written:
        lines.append(prompt_text("answers.unsure"))
    elif verdict:
        lines.append(f"**{prompt_text(f'answers.{verdict}')}** [{citations[0].number}]")
    elif short:
        days = f" ({words})" if (words := resolved_words(short)) else ""
        lines.append(f"**{escape_markdown(short.text)}**{days} [{short.citation}]")
    if disagreement:
        lines.append(_differing(disagreement, citations))
    if written:
        lines.append(" ".join(f"{escape_markdown(each.text)} {markers(each)}" for each in written))
    for citation in citations:
        prefix = f"*{prompt_text('answers.context')}* " if citation.role is Role.CONTEXT else ""
        mark = f" *({words})*" if (words := superseded_words(citation)) else ""
        lines.append(f"> {prefix}{escape_markdown(citation.quote)} [{citation.number}]{mark}")
    return "\n\n".join(lines)


def _differing(disagreement: Disagreement, citations: Sequence[Citation]) -> str:
    """List the differing values, each with the outlets, dates and numbers of its citations."""
    by_number = {citation.number: citation for citation in citations}
    lines = [f"**{prompt_text('answers.differ')}**", ""]
    for value in disagreement.values:
        cited = [by_number[number] for number in value.citations if number in by_number]
        places = [
            f"{_outlet(group[0])} {''.join(f'[{each.number}]' for each in group)}"
            for group in by_origin(cited)
        ]
        if origins := origin_words(value):
            places.append(origins)
        said = escape_markdown(value_words(disagreement, value))
        lines.append(f"- **{said}** — {'; '.join(places)}")
    return "\n".join(lines)


def _outlet(citation: Citation) -> str:
    parts = (citation.source, published_words(citation))
    return ", ".join(escape_markdown(part) for part in parts if part.strip())


def markers(written: WrittenSentence) -> str:
    """Format the citation numbers of a written sentence, for example as "[1][3]"."""
    return "".join(f"[{number}]" for number in written.citations)


def escape_markdown(quote: str) -> str:
    """Join the words on one line, and escape every character that markdown acts on."""
    line = " ".join(quote.split())
    return _LINE_MARK.sub(r"\1\\", _MARKDOWN.sub(r"\\\1", line))
