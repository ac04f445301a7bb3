"""Insights in words, for every surface. They contain untrusted text, which surfaces make safe."""

from collections.abc import Iterator

from bot.domain.insights import ArticleUse, DislikedAnswer, Insights, Period, Step, Tally
from bot.domain.outcomes import Outcome
from prompts import text


def insights_title(insights: Insights) -> str:
    """Name the server or the whole bot, and the time."""
    days = (insights.until.date() - insights.since.date()).days + 1
    of = "everything" if insights.server is None else "server"
    return text("insights.title", title=text(f"insights.{of}", days=days))


def tally_line(tally: Tally) -> str:
    """Sum up the outcomes: "12 asked: 9 answered, 1 unsure, 2 without an answer"."""
    return text(
        "insights.tally",
        asked=tally.asked,
        answered=tally.answered,
        unsure=tally.unsure,
        unanswered=tally.unanswered,
    )


def period_line(period: Period, step: Step) -> str:
    """Sum up the outcomes of a day or a week."""
    day = text("measures.day", date=period.start)
    start = text("insights.week", day=day) if step is Step.WEEK else day
    return f"{start}: {tally_line(period)}"


def times(count: int) -> str:
    """Format how often something happened: "once", "12 times"."""
    return text("insights.once") if count == 1 else text("insights.times", count=count)


def votes_line(answer: DislikedAnswer) -> str:
    """Count the votes on an answer, and say if it was an abstention."""
    votes = text("insights.votes", up=answer.up, down=answer.down)
    if answer.outcome is Outcome.ABSTAINED:
        return f"{votes}. {text('insights.abstained')}"
    return votes


def citations_line(article: ArticleUse) -> str:
    """Say how often an article is cited."""
    if not article.cited:
        return text("insights.cited_never")
    if article.cited == 1:
        return text("insights.cited_once")
    return text("insights.cited", count=article.cited)


def coverage_line(insights: Insights) -> str:
    """Say how many articles no public answer cites."""
    coverage = insights.coverage
    return text("insights.never", count=coverage.never_cited, held=coverage.held)


def remarks(insights: Insights) -> Iterator[str]:
    """Say what is not shown, and which setting would show it."""
    groups = insights.groups
    if groups.wordless:
        yield text("insights.words_missing", count=groups.wordless)
    if groups.hidden:
        yield text("insights.hidden", count=groups.hidden, people=groups.people)
    if groups.whispered:
        yield text("insights.whispered", count=groups.whispered)
    if groups.considered < insights.totals.asked:
        yield text("insights.newest", count=groups.considered)
