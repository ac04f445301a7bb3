"""Rendering of insights for a server's admins."""

from collections.abc import Iterable, Iterator
from itertools import islice

import discord

from bot.discord.rendering.layout import Colour, brief, embeds
from bot.discord.text.escapes import escape
from bot.discord.text.pages import Block, Run
from bot.domain.insights import ArticleSentence, DislikedAnswer, Insights
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

_LISTED = 5
_PERIODS = 8
_LONGEST, _LONGEST_TITLE = 200, 80
_QUOTES = 2  # of an answer


def insights_pages(insights: Insights) -> tuple[discord.Embed, ...]:
    """Render the sums and the lists as pages; empty lists are left out."""
    return embeds(
        list(_blocks(insights)),
        Colour.ADMIN,
        title=escape(insights_title(insights)),
        footer=tuple(remarks(insights)),
        gap="\n",
    )


def _blocks(insights: Insights) -> Iterator[Block]:
    groups = insights.groups
    if not insights.totals.asked:
        yield Block((Run(text("insights.none")),))
        return
    yield Block((Run(tally_line(insights.totals)),))
    yield from _part("unanswered", (_line(g.question, g.asked) for g in groups.unanswered))
    yield from _part("most_asked", (_line(g.question, g.asked) for g in groups.most_asked))
    near, given = groups.unanswered_near, groups.most_given
    yield from _part("unanswered_near", (_quote(g.sentence, times(g.times)) for g in near))
    yield from _part("most_given", (_quote(g.sentence, times(g.times)) for g in given))
    yield from _part("disliked", map(_disliked, groups.disliked))
    yield from _part("articles", _articles(insights))
    newest = (each for each in reversed(insights.over_time) if each.asked)
    periods = (f"- {period_line(each, insights.step)}" for each in newest)
    yield from _part("over_time", periods, _PERIODS)


def _part(name: str, lines: Iterable[str], most: int = _LISTED) -> Iterator[Block]:
    """Lay out a heading, which stays with the first line, and one block for each line."""
    head = f"\n**{text(f'insights.{name}')}**\n"
    for line in islice(lines, most):
        yield Block(head=f"{head}{line}")
        head = ""


def _line(question: str, count: int) -> str:
    return f"- {brief(question, _LONGEST)} · {times(count)}"


def _quote(sentence: ArticleSentence, note: str = "") -> str:
    title = brief(sentence.title, _LONGEST_TITLE)
    parts = [brief(sentence.quote, _LONGEST), title, note]
    return f"- {' · '.join(part for part in parts if part)}"


def _disliked(answer: DislikedAnswer) -> str:
    asked = f"{brief(answer.question, _LONGEST)} · " if answer.question else ""
    lines = [f"- {asked}{votes_line(answer)} · `/why {answer.receipt}`"]
    if answer.said:
        lines.append(f"  - **{brief(answer.said, _LONGEST)}**")
    lines += [f"  {_quote(sentence)}" for sentence in answer.sentences[:_QUOTES]]
    return "\n".join(lines)


def _articles(insights: Insights) -> Iterator[str]:
    yield f"- {coverage_line(insights)}"
    for article in insights.coverage.articles:
        yield f"- {brief(article.title, _LONGEST)} · {citations_line(article)}"
