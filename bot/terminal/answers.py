"""Rendering of answers and search results for a terminal or a pipe."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from bot.answering.citing.composition import markers
from bot.domain.claims import Check
from bot.domain.models import Answer, Citation, Found, FoundText, Role, ShortAnswer, Status
from bot.terminal.layout import (
    CITED,
    EXACT,
    FAINT,
    HEADING,
    MARKER,
    Hanging,
    console,
    inert,
    joined,
    linked,
    show,
    stacked,
)
from bot.wording.measures import percent, took, writing_line
from prompts import text as prompt_text


def print_answer(answer: Answer) -> None:
    """Print the answer to standard output."""
    show(console(), answer_view(answer))


def print_found(found: Found) -> None:
    """Print the search results to standard output."""
    show(console(), found_view(found))


def answer_view(answer: Answer) -> RenderableType:
    """Render the short answer, the quotes, their sources and the confidence.

    An abstention shows its text and the closest sentences, labelled as such."""
    shown = answer.citations or answer.closest
    quotes = [quote_line(citation, answer.short_answer) for citation in shown]
    if quotes and not answer.citations:
        quotes.insert(0, Text(f"{prompt_text('closest')}:", HEADING))
    return stacked([_opening(answer), quotes, source_lines(shown), _footer(answer)])


def found_view(found: Found) -> RenderableType:
    """Render sentences and passages with their scores, best first."""
    if not found.sentences and not found.passages:
        return Text("Nothing was found.")
    return stacked(
        [
            [Text("Sentences", HEADING), *_ranked(found.sentences)] if found.sentences else [],
            [Text("Passages", HEADING), *_ranked(found.passages)] if found.passages else [],
        ]
    )


def quoted(citation: Citation, short: ShortAnswer | None) -> Text:
    """Render the quote with the short answer in it highlighted."""
    quote = citation.quote
    if short is None or short.citation != citation.number:
        return Text(inert(quote))
    start, end = short.start - citation.start, short.end - citation.start
    # Slice first: `inert` may change the length.
    return Text.assemble(inert(quote[:start]), (inert(quote[start:end]), EXACT), inert(quote[end:]))


def origin(title: str, source: str, published: str, url: str) -> Text:
    """Render "Title — source, date, link", without the parts that are unknown."""
    details = [inert(source), inert(published), linked(url) if url else ""]
    where = joined((part for part in details if part), ", ")
    return joined((part for part in (Text(inert(title)), where) if part), " — ")


def _opening(answer: Answer) -> Iterator[RenderableType]:
    if answer.status is Status.ABSTAINED:
        yield Text(inert(answer.text), HEADING)
        return
    if answer.unsure:
        yield Text(prompt_text("answers.unsure"), HEADING)
    elif answer.verdict:
        said = prompt_text(f"answers.{answer.verdict}")
        yield Text.assemble((said, EXACT), " ", (f"[{answer.citations[0].number}]", MARKER))
    elif answer.short_answer:
        short = answer.short_answer
        yield Text.assemble((inert(short.text), EXACT), " ", (f"[{short.citation}]", MARKER))
    for each in answer.written:
        yield Text.assemble(inert(each.text), " ", (markers(each), MARKER))


def quote_line(citation: Citation, short: ShortAnswer | None = None) -> RenderableType:
    """Render the quote after its number; a context sentence is dimmed and labelled."""
    body = quoted(citation, short)
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
        title = first.title or article_id
        place = origin(title, first.source, first.published, first.url)
        lines.append(Hanging(Text(f"{numbers} ", MARKER), place))
    lines += [_also(citation) for citation in citations if citation.also_in]
    return lines


def _also(citation: Citation) -> RenderableType:
    """Render the other articles that contain the same sentence."""
    places = [
        origin(copy.title or copy.article_id, copy.source, copy.published, copy.url)
        for copy in citation.also_in
    ]
    also = prompt_text("answers.also_in")
    return Hanging(Text(f"[{citation.number}] {also} ", MARKER), joined(places, "; "))


def _footer(answer: Answer) -> Iterator[RenderableType]:
    if answer.understood_as and answer.understood_as != answer.question.strip():
        yield understood_line(answer, FAINT)
    if answer.writing:
        yield Text(writing_line(answer.writing), FAINT)
    yield Text(f"{confidence(answer)} · {generation(answer)} · {took(answer.elapsed_ms)}", FAINT)


def understood_line(answer: Answer, style: str = "") -> RenderableType:
    label = Text(f"{prompt_text('answers.understood')} ", style or HEADING)
    return Hanging(label, Text(inert(answer.understood_as), style))


def confidence(answer: Answer) -> str:
    return prompt_text("answers.confidence", likelihood=percent(answer.confidence))


def generation(answer: Answer | Check) -> str:
    return prompt_text("answers.generation", generation=inert(answer.generation))


def _ranked(found: Iterable[FoundText]) -> Iterator[RenderableType]:
    for rank, hit in enumerate(found, start=1):
        place = f"{inert(hit.article_id)} {hit.start}–{hit.end}"
        yield Text.assemble((f"{rank:>3}  {hit.score:.3f}  ", MARKER), (place, CITED))
        yield Hanging(Text("     "), Text(inert(hit.text)))
