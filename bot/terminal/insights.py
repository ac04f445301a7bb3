"""Rendering of insights for a terminal or a pipe."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from bot.domain.insights import (
    ArticleSentence,
    DislikedAnswer,
    Insights,
    QuestionGroup,
    SentenceGroup,
)
from bot.terminal.layout import CITED, FAINT, HEADING, Hanging, console, inert, show, stacked
from bot.wording.insights import (
    citations_line,
    coverage_line,
    insights_title,
    period_line,
    remarks,
    tally_line,
    times,
    votes_line,
)
from prompts import text

_LISTED = 10
_QUOTES = 3  # of an answer


def print_insights(insights: Insights) -> None:
    """Print the insights to standard output."""
    show(console(), insights_view(insights))


def insights_view(insights: Insights) -> RenderableType:
    """Render the sums and the lists; empty lists are left out."""
    groups = insights.groups
    if not insights.totals.asked:
        return stacked([_head(insights), [Text(text("insights.none"))]])
    return stacked(
        [
            _head(insights),
            [Text(line, FAINT) for line in remarks(insights)],
            _part("over_time", [Text(period_line(p, insights.step)) for p in insights.over_time]),
            _part("unanswered", map(_unanswered, groups.unanswered[:_LISTED])),
            _part("most_asked", map(_question, groups.most_asked[:_LISTED])),
            _part("unanswered_near", map(_sentence, groups.unanswered_near[:_LISTED])),
            _part("most_given", map(_sentence, groups.most_given[:_LISTED])),
            _part("disliked", _disliked(groups.disliked[:_LISTED])),
            _part("articles", _articles(insights)),
        ]
    )


def _head(insights: Insights) -> Iterator[RenderableType]:
    yield Text(insights_title(insights), HEADING)
    yield Text(tally_line(insights.totals))


def _part(
    name: str, lines: Iterator[RenderableType] | Sequence[RenderableType]
) -> list[RenderableType]:
    listed = list(lines)
    return [Text(text(f"insights.{name}"), HEADING), *listed] if listed else []


def _unanswered(group: QuestionGroup) -> RenderableType:
    body = Text(inert(group.question), CITED)
    return Hanging(_bullet(), body.append(f"  {times(group.asked)}", FAINT))


def _question(group: QuestionGroup) -> RenderableType:
    body = Text(inert(group.question), CITED)
    return Hanging(_bullet(), body.append(f"  {tally_line(group)}", FAINT))


def _sentence(group: SentenceGroup) -> RenderableType:
    return Hanging(_bullet(), _quote(group.sentence).append(f"  {times(group.times)}", FAINT))


def _quote(sentence: ArticleSentence) -> Text:
    quote = Text(inert(sentence.quote))
    return quote.append(f" — {inert(sentence.title)}", FAINT)


def _disliked(answers: Sequence[DislikedAnswer]) -> Iterator[RenderableType]:
    for answer in answers:
        head = Text(inert(answer.question or answer.receipt), CITED)
        yield Hanging(_bullet(), head.append(f"  {votes_line(answer)}", FAINT))
        if answer.said:
            yield Hanging(_indent(), Text(inert(answer.said), CITED))
        for sentence in answer.sentences[:_QUOTES]:
            yield Hanging(_indent(), _quote(sentence))


def _articles(insights: Insights) -> Iterator[RenderableType]:
    yield Text(coverage_line(insights))
    for article in insights.coverage.articles[:_LISTED]:
        body = Text(inert(article.title))
        yield Hanging(_bullet(), body.append(f"  {citations_line(article)}", FAINT))


def _bullet() -> Text:
    return Text("- ")


def _indent() -> Text:
    return Text("  ")
