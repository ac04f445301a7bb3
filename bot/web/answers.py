"""Recent answers, as far as the page may show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.insights import ArticleSentence
from bot.domain.outcomes import Outcome
from bot.insights.assembly import article_sentence
from bot.store import Store
from bot.store.asked import AskedQuestion, Scope

_DAYS = 30
_READ, _SHOWN = 500, 50


@dataclass(frozen=True, slots=True)
class RecentAnswer:
    """Public answer. `question` is "" if its words are not kept or too few people asked it.
    `sentence` is the first evidence, or without an answer the closest sentence."""

    receipt: str
    hour: datetime
    outcome: Outcome
    question: str
    sentence: ArticleSentence | None
    up: int
    down: int


async def recent_answers(store: Store, people: int) -> Sequence[RecentAnswer]:
    """Return the newest public answers of 30 days. The hour is all that is shown of the time, so
    that it names no message in a channel."""
    now = datetime.now(UTC)
    scope = Scope(now - timedelta(days=_DAYS), now + timedelta(seconds=1))
    asked = [each for each in await store.asked.newest(scope, _READ) if each.public]
    askers: dict[str, set[str]] = {}
    for each in asked:
        askers.setdefault(_key(each), set()).add(each.asker)
    return [_shown(each, len(askers[_key(each)]) >= people) for each in asked[:_SHOWN]]


def _shown(asked: AskedQuestion, with_words: bool) -> RecentAnswer:
    return RecentAnswer(
        receipt=asked.id,
        hour=asked.created.replace(minute=0, second=0, microsecond=0),
        outcome=asked.outcome,
        question=(asked.words or "") if with_words else "",
        sentence=article_sentence(asked.sentence) if asked.sentence else None,
        up=asked.up,
        down=asked.down,
    )


def _key(asked: AskedQuestion) -> str:
    return " ".join((asked.words or "").casefold().split())
