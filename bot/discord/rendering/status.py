"""Rendering of the bot's status, with details for admins only."""

from dataclasses import dataclass

import discord

from bot.discord.rendering.layout import Colour, brief, described
from bot.monitoring.degradations import Degradation
from bot.wording.measures import counted
from prompts import text

# These limits keep the text within one embed, even if every character is escaped.
_MOST_DETAILS = 10
_LONGEST_NAME, _LONGEST_DETAIL, _ALL_TROUBLES = 40, 100, 480


@dataclass(frozen=True, slots=True)
class BotStatus:
    """The bot's status. `latencies_ms` are the median and the 95th percentile of the time to an
    answer, None before the first answer. `degraded` lists the parts that answers currently do
    without; its messages are for admins. `details` are pairs of name and value, also for admins."""

    generation: str
    created: str
    articles: int
    sentences: int
    waiting: int
    latencies_ms: tuple[float, float] | None
    operating_point: str
    degraded: tuple[Degradation, ...] = ()
    details: tuple[tuple[str, str], ...] = ()


def status_embed(status: BotStatus) -> discord.Embed:
    """Render the status. It is never empty and fits on one page, whatever the details contain."""
    embed = described([_summary(status)], Colour.SOURCES, title=text("lists.status_title"))[0]
    for name, value in status.details[:_MOST_DETAILS]:
        embed.add_field(
            name=brief(name, _LONGEST_NAME) or "–", value=brief(value, _LONGEST_DETAIL) or "–"
        )
    return embed


def _summary(status: BotStatus) -> str:
    generation, created = brief(status.generation, 100), brief(status.created, 60)
    articles = counted(status.articles, "article")
    sentences = counted(status.sentences, "sentence")
    longest = _ALL_TROUBLES // max(1, len(status.degraded))
    facts = [
        ("generation", text("lists.status_made", generation=generation, created=created)),
        ("holds", text("lists.status_held", articles=articles, sentences=sentences)),
        ("waiting", counted(status.waiting, "question")),
        ("takes", _latencies(status.latencies_ms)),
        ("abstention", brief(status.operating_point, 400)),
        *(("degraded", _degraded(each, longest)) for each in status.degraded),
    ]
    return "\n".join(f"**{text(f'lists.status_{name}')}** {fact}" for name, fact in facts)


def _degraded(degradation: Degradation, longest: int) -> str:
    told = brief(degradation.message, longest)
    since = text("lists.status_since", part=degradation.part.value, since=degradation.since)
    return f"{since}: {told}" if told else since


def _latencies(latencies_ms: tuple[float, float] | None) -> str:
    if latencies_ms is None:
        return text("lists.status_nothing_asked")
    median, slow = latencies_ms
    return text("lists.status_latencies", median=median, slow=slow)
