"""How the bot is doing, for everyone and with more of it for admins."""

from dataclasses import dataclass

import discord

from bot.discord.rendering.layout import Colour, brief, described
from bot.discord.wording import counted
from bot.monitoring.degradations import Degradation

# Together they stay within one embed, even where every character is escaped.
_MOST_DETAILS = 10
_LONGEST_NAME, _LONGEST_DETAIL, _ALL_TROUBLES = 40, 100, 480


@dataclass(frozen=True, slots=True)
class BotStatus:
    """`latencies_ms` are the median and the 95th percentile of answering, None before the first
    answer; `degraded` is what answers go on without; its messages are for admins, and so are
    `details`: a name and a value each."""

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
    """Never empty, and on one page whatever the details hold."""
    embed = described([_summary(status)], Colour.SOURCES, title="Status")[0]
    for name, value in status.details[:_MOST_DETAILS]:
        embed.add_field(
            name=brief(name, _LONGEST_NAME) or "–", value=brief(value, _LONGEST_DETAIL) or "–"
        )
    return embed


def _summary(status: BotStatus) -> str:
    lines = [
        f"**Generation:** {brief(status.generation, 100)}, made {brief(status.created, 60)}",
        f"**Holds:** {counted(status.articles, 'article')}, "
        f"{counted(status.sentences, 'sentence')}",
        f"**Waiting:** {counted(status.waiting, 'question')}",
        f"**Answering takes:** {_latencies(status.latencies_ms)}",
        f"**Abstention:** {brief(status.operating_point, 400)}",
    ]
    longest = _ALL_TROUBLES // max(1, len(status.degraded))
    return "\n".join((*lines, *(_degraded(each, longest) for each in status.degraded)))


def _degraded(degradation: Degradation, longest: int) -> str:
    told = brief(degradation.message, longest)
    since = f"since {degradation.since:%Y-%m-%d %H:%M} UTC"
    return f"**Degraded:** {degradation.part}, {since}{f': {told}' if told else ''}"


def _latencies(latencies_ms: tuple[float, float] | None) -> str:
    if latencies_ms is None:
        return "nothing was asked yet"
    median, slow = latencies_ms
    return f"{median:,.0f} ms, one in twenty more than {slow:,.0f} ms"
