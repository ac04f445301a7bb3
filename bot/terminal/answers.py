"""Rendering of answers for a terminal or a pipe: compact, or with all evidence and figures."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from bot.domain.folding import CitedEvidence, fold
from bot.domain.models import Answer, Citation, Place, Role, ShortAnswer, Status
from bot.terminal.differences import differing_lines
from bot.terminal.layout import (
    EXACT,
    FAINT,
    HEADING,
    MARKER,
    SUPERSEDED,
    Hanging,
    console,
    inert,
    joined,
    linked,
    show,
    stacked,
)
from bot.terminal.overviews import overview_view
from bot.wording.answers import answer_text, markers, uncounted_line
from bot.wording.confidence import confidence_line, confidence_words
from bot.wording.contents import facts_lines
from bot.wording.disagreements import published_words, superseded_words
from bot.wording.folding import agreeing_words
from bot.wording.measures import pages, took, writing_line
from bot.wording.times import limits_line, resolved_words
from prompts import text as prompt_text

MORE_IN_SHELL, MORE_IN_REPL = "--all", ":more"


def print_answer(answer: Answer, *, everything: bool = False) -> None:
    """Print the answer to standard output: compact, or with everything about it."""
    show(console(), full_view(answer) if everything else answer_view(answer))


def answer_view(answer: Answer, more: str = MORE_IN_SHELL) -> RenderableType:
    """Render an answer in few lines: the short answer, one quote with its source, and the evidence
    that says something else. Evidence that says the same is only counted; `more` is what the user
    types to see it.

    An abstention has its text and the closest article. An overview is a list by date."""
    if answer.overview:
        return overview_view(answer)
    if answer.parts:
        return stacked([[*_part_view(answer.of_part(part), more)] for part in answer.parts])
    understood = [understood_line(answer, FAINT)] if _is_understood_otherwise(answer) else []
    if not (answer.citations or answer.written):
        return stacked([[*understood, *_opening(answer), *_closest_line(answer)]])
    writing = [Text(writing_line(answer.writing), FAINT)] if answer.writing else []
    return stacked(
        [
            [*understood, *_opening(answer)],
            differing_lines(answer, [each.citation for each in fold(answer).shown]),
            _compact_quotes(answer, more),
            writing,
        ]
    )


def _part_view(answer: Answer, more: str) -> Iterator[RenderableType]:
    """Render the answer to one of several questions, below the question itself."""
    yield Text(inert(answer.question), HEADING)
    yield answer_view(answer, more)


def full_view(answer: Answer) -> RenderableType:
    """Render the short answer, all quotes, their articles, and the figures behind the answer.

    An abstention shows its text and the closest sentences, labelled as such."""
    if answer.overview:
        return overview_view(answer)
    if answer.parts:
        parts = ([*_full_part(answer.of_part(part))] for part in answer.parts)
        return stacked([*parts, _footer(answer)])
    return stacked([*_evidence_blocks(answer), _footer(answer)])


def _full_part(answer: Answer) -> Iterator[RenderableType]:
    """Render the answer to one of several questions with all its evidence."""
    yield Text(inert(answer.question), HEADING)
    yield stacked(_evidence_blocks(answer))


def _evidence_blocks(answer: Answer) -> list[Iterable[RenderableType]]:
    """Render the short answer, all quotes and their articles."""
    shown = answer.citations or answer.closest
    quotes = [quote_line(citation, answer.short_answer) for citation in shown]
    if quotes and not answer.citations:
        quotes.insert(0, Text(f"{prompt_text('closest')}:", HEADING))
    differing = differing_lines(answer, answer.citations)
    return [_opening(answer), differing, quotes, source_lines(shown)]


def _compact_quotes(answer: Answer, more: str) -> Iterator[RenderableType]:
    """Render the shown evidence. The first says how sure the answer is, and how much evidence says
    the same."""
    folding = fold(answer)
    sure = "" if answer.unsure else confidence_words(answer.confidence)
    folded = "" if answer.disagreement else agreeing_words(folding)
    agreeing = prompt_text("repl.folded", agreeing=folded, more=more) if folded else ""
    for place, evidence in enumerate(folding.shown):
        notes = () if place else (sure, agreeing)
        yield from _compact_quote(evidence, answer.short_answer, notes)


def _compact_quote(
    evidence: CitedEvidence, short: ShortAnswer | None, notes: Sequence[str]
) -> Iterator[RenderableType]:
    """Render a quote, its context dimmed, and one line with its outlet, its date and the notes."""
    citation = evidence.citation
    indent = Text(" " * len(f"[{citation.number}] "))
    yield quote_line(citation, short)
    for context in evidence.context:
        label = f"{prompt_text('answers.context')} {inert(context.quote)}"
        yield Hanging(indent, Text(label, FAINT))
    line = " · ".join(part for part in (outlet_words(citation), *notes) if part)
    yield Hanging(indent, Text(line, FAINT))


def outlet_words(place: Place) -> str:
    """Format "Outlet, date, page"; the title or id stands in for an unknown outlet."""
    outlet = place.source.strip() or place.title.strip() or place.article_id
    parts = (inert(outlet), inert(published_words(place)), pages([place.page]))
    return ", ".join(part for part in parts if part)


def quoted(citation: Citation, short: ShortAnswer | None) -> Text:
    """Render the quote with the short answer in it highlighted."""
    quote = citation.quote
    if short is None or short.citation != citation.number:
        return Text(inert(quote))
    start, end = short.start - citation.start, short.end - citation.start
    # Slice first: `inert` may change the length.
    return Text.assemble(inert(quote[:start]), (inert(quote[start:end]), EXACT), inert(quote[end:]))


def origin(title: str, source: str, published: str, url: str, on_pages: str = "") -> Text:
    """Render "Title — source, date, pages, link", without the parts that are unknown."""
    details = [inert(source), inert(published), on_pages, linked(url) if url else ""]
    where = joined((part for part in details if part), ", ")
    return joined((part for part in (Text(inert(title)), where) if part), " — ")


def _opening(answer: Answer) -> Iterator[RenderableType]:
    if answer.facts:
        yield from (Text(inert(line)) for line in facts_lines(answer.facts))
        return
    if answer.status is not Status.ANSWERED or not (answer.citations or answer.written):
        yield Text(inert(answer_text(answer)), HEADING)
        return
    for line in (limits_line(answer), uncounted_line(answer)):
        if line:
            yield Text(inert(line), FAINT)
    if answer.unsure:
        yield Text(prompt_text("answers.unsure"), HEADING)
    elif answer.verdict:
        said = prompt_text(f"answers.{answer.verdict}")
        yield Text.assemble((said, EXACT), " ", (f"[{answer.citations[0].number}]", MARKER))
    elif answer.short_answer:
        short = answer.short_answer
        days = f" ({words})" if (words := resolved_words(short)) else ""
        number = (f"[{short.citation}]", MARKER)
        yield Text.assemble((inert(short.text), EXACT), inert(days), " ", number)
    for each in answer.written:
        yield Text.assemble(inert(each.text), " ", (markers(each), MARKER))


def _closest_line(answer: Answer) -> Iterator[RenderableType]:
    """Name the closest article of an abstention."""
    for closest in answer.closest[:1]:
        title = closest.title.strip() or closest.article_id
        place = f"{inert(title)} ({outlet_words(closest)})"
        yield Text(f"{prompt_text('answers.closest_article')} {place}", FAINT)


def quote_line(citation: Citation, short: ShortAnswer | None = None) -> RenderableType:
    """Render the quote after its number, and whether it is superseded; a context sentence is dimmed
    and labelled."""
    body = quoted(citation, short)
    if words := superseded_words(citation):
        body = Text.assemble(body, (f" ({inert(words)})", SUPERSEDED))
    if citation.role is Role.CONTEXT:
        body = Text.assemble(prompt_text("answers.context"), " ", body, style=FAINT)
    return Hanging(Text(f"[{citation.number}] ", MARKER), body)


def source_lines(citations: Sequence[Citation]) -> list[RenderableType]:
    """Render one line per article, with the numbers of its citations; then the copies."""
    by_article: dict[str, list[Citation]] = {}
    for citation in citations:
        by_article.setdefault(citation.article_id, []).append(citation)
    lines: list[RenderableType] = (
        [Text(prompt_text("answers.sources"), HEADING)] if by_article else []
    )
    for article_id, cited in by_article.items():
        first = cited[0]
        numbers = "".join(f"[{citation.number}]" for citation in cited)
        on_pages = pages(citation.page for citation in cited)
        place = origin(
            first.title or article_id, first.source, published_words(first), first.url, on_pages
        )
        lines.append(Hanging(Text(f"{numbers} ", MARKER), place))
    lines += [_also(citation) for citation in citations if citation.also_in]
    return lines


def _also(citation: Citation) -> RenderableType:
    """Render the other articles that contain the same sentence."""
    places = [
        origin(copy.title or copy.article_id, copy.source, published_words(copy), copy.url)
        for copy in citation.also_in
    ]
    also = prompt_text("answers.also_in")
    return Hanging(Text(f"[{citation.number}] {also} ", MARKER), joined(places, "; "))


def _footer(answer: Answer) -> Iterator[RenderableType]:
    if _is_understood_otherwise(answer):
        yield understood_line(answer, FAINT)
    if answer.writing:
        yield Text(writing_line(answer.writing), FAINT)
    figures: Iterable[str] = (confidence(answer), generation(answer), took(answer.elapsed_ms))
    yield Text(" · ".join(figures), FAINT)


def _is_understood_otherwise(answer: Answer) -> bool:
    """Return whether the question was completed or corrected before it was searched for."""
    return bool(answer.understood_as) and answer.understood_as != answer.question.strip()


def understood_line(answer: Answer, style: str = "") -> RenderableType:
    label = Text(f"{prompt_text('answers.understood')} ", style or HEADING)
    return Hanging(label, Text(inert(answer.understood_as), style))


def confidence(answer: Answer) -> str:
    return confidence_line(answer.confidence)


def generation(answer: Answer) -> str:
    return prompt_text("answers.generation", generation=inert(answer.generation))
