"""Signs that a later sentence replaces an earlier one, and periods that tell two sentences
apart."""

import math
import re
from collections.abc import Mapping
from itertools import product

from bot.answering.citing.difference_model import difference_model
from bot.answering.time.ranges import DateRange
from bot.answering.time.resolution import published_day, resolve_dates
from index.generations.reader import TextStore
from index.models import Span
from index.stores.text_store import StoredSentence
from index.stores.times import BEFORE_ALL

_DAY_SECONDS = 86_400
_SINCE_THEN = re.compile(
    r"\b(?:now|instead|no longer|originally|initially|previously|formerly|rather than|up from|"
    r"down from|(?:longer|later|earlier|sooner|more|less|fewer) than (?:first|originally|initially|"
    r"previously|planned|announced|expected)|(?:first|as) (?:announced|planned|reported))\b",
    re.IGNORECASE,
)
_NOWHERE = Span(-1, -1)


def supersedes(
    texts: TextStore,
    newer: StoredSentence,
    older: StoredSentence,
    features: Mapping[str, float] | None = None,
) -> bool:
    """Return whether a later sentence that states something else replaces an earlier one. A model
    decides: by the outlets, by what the later text says of a change, and by the dates of what it
    reports. The time between does not count: articles may differ years apart. `features` are
    those of the two sentences, if more is known of them than the sentences alone show."""
    published = texts.times.published
    written, now = int(published[older.article.row]), int(published[newer.article.row])
    if written <= BEFORE_ALL or now <= written:
        return False
    if newer.article.newest_id == older.article.newest_id:
        return True
    known = change_features(texts, newer, older) if features is None else features
    return difference_model().replaces.holds(known)


def change_features(
    texts: TextStore, newer: StoredSentence, older: StoredSentence, value: Span = _NOWHERE
) -> dict[str, float]:
    """Compute the signs that a later sentence replaces an earlier one. `value` is the part of the
    later sentence that differs."""
    published = texts.times.published
    written, now = int(published[older.article.row]), int(published[newer.article.row])
    known = written > BEFORE_ALL and now > written
    article, other = newer.article, older.article
    same_outlet = bool(article.source) and article.source.casefold() == other.source.casefold()
    return {
        "same_outlet": float(same_outlet),
        "days": math.log1p((now - written) / _DAY_SECONDS) if known else 0.0,
        "since_then": float(_says_since_then(texts, newer)),
        "happened_between": float(_happened_between(older, newer, value)),
    }


def _says_since_then(texts: TextStore, sentence: StoredSentence) -> bool:
    """Return whether the sentence, the one before it or the title says that something changed."""
    before = sentence.row - 1
    told = [sentence.article.title, sentence.text]
    if before >= sentence.article.first_sentence:
        told.append(texts.sentence(before).text)
    return any(_SINCE_THEN.search(text) for text in told)


def of_other_periods(
    one: StoredSentence,
    other: StoredSentence,
    values: tuple[Span, Span] = (_NOWHERE, _NOWHERE),
) -> bool:
    """Return whether both name periods and no two overlap: "in 2024" and "in 2025". `values`
    are the parts of the two sentences that are no such period."""
    mine, theirs = _periods(one, values[0]), _periods(other, values[1])
    return bool(mine and theirs) and not any(
        one.overlaps(other) for one, other in product(mine, theirs)
    )


def _periods(sentence: StoredSentence, value: Span) -> list[DateRange]:
    return [each for each in days_outside(sentence, value) if each.is_period]


def _happened_between(older: StoredSentence, newer: StoredSentence, value: Span) -> bool:
    written = published_day(older.article.published)
    now = published_day(newer.article.published)
    if written is None or now is None:
        return False
    return any(written < each.first <= now for each in days_outside(newer, value))


def days_outside(sentence: StoredSentence, value: Span) -> list[DateRange]:
    """Return the dates that a sentence names outside a span."""
    return [
        each.days
        for each in resolve_dates(sentence.text, sentence.article.published)
        if not (each.span.start < value.end and value.start < each.span.end)
    ]
