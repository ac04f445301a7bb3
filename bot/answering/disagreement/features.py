"""Features of two statements with different values: are they about the same thing?

`older` is the statement of the earlier article. A feature that does not apply to the kind of value
is 0.
"""

import math
from collections.abc import Iterator

from bot.answering.citing.supersession import change_features, days_outside
from bot.answering.disagreement.amounts import Amount, stated_amount
from bot.answering.disagreement.statements import Statement, StatementReader
from bot.answering.disagreement.values import Days, Named, Polarity
from bot.answering.disagreement.wording import (
    ArticleWords,
    content_of,
    is_ahead,
    is_part,
    lost,
    modifiers_differ,
    names_apart,
    other_names,
    qualifiers_apart,
    stems_of,
    tells_besides,
    value_span,
    words_of_article,
)
from bot.answering.time.ranges import DateRange
from bot.answering.time.resolution import published_day
from bot.answering.verification.reading import Reading
from index.generations.reader import Generation
from index.models import Span

Features = dict[str, float]

_FARTHEST = 3.0  # log of the ratio of two amounts
_MOST_COUNTED = 3
_HISTORY_DAYS = 300  # before the publication
_DAY_SECONDS = 86_400
_FAR_DAYS = 2  # between articles that report one event


class Comparer:
    """Maker of the features of statements on one question in one generation."""

    def __init__(self, generation: Generation, reader: StatementReader) -> None:
        self._texts, self._reader = generation.texts, reader
        self._asked = stems_of(reader.question.text)
        self._amounts = list(_amounts_in(reader.question))
        self._articles: dict[int, ArticleWords] = {}

    def are_apart(self, older: Statement, newer: Statement) -> bool:
        """Return whether two statements are surely of different things: one article has the values
        of both, or the question names an amount that only one article has."""
        return self._knows_both(older, newer) or self._only_one_asked(older, newer)

    def _knows_both(self, older: Statement, newer: Statement) -> bool:
        """Return whether the earlier article has the later value too. Then it has that value for
        something else. Of two articles of one day either may be the earlier one."""
        if self._article(older).has_value(newer.value):
            return True
        same_day = newer.published_s - older.published_s < _DAY_SECONDS
        return same_day and self._article(newer).has_value(older.value)

    def _only_one_asked(self, older: Statement, newer: Statement) -> bool:
        """Return whether the question names an amount that one of the articles lacks: "Which firm
        got the $10 million?". Of a yes or no such an amount may be what differs."""
        if isinstance(older.value, Polarity):
            return False
        mine, theirs = self._article(older), self._article(newer)
        return any(mine.has_value(each) is not theirs.has_value(each) for each in self._amounts)

    def _story_features(self, one: Statement, other: Statement) -> Features:
        mine, theirs = self._article(one), self._article(other)
        words = self._reader.particular_words()
        subjects = self._reader.subject(one), self._reader.subject(other)
        asked = self._asked & mine.stems, self._asked & theirs.stems
        return {
            "particular_apart": sum((w in mine.text) is not (w in theirs.text) for w in words),
            "asked_shared": len(asked[0] & asked[1]) / (max(map(len, asked)) or 1),
            "subjects_shared": min(len(subjects[0] & subjects[1]), _MOST_COUNTED),
        }

    def features(self, older: Statement, newer: Statement) -> Features:
        """Compute the features that show whether two statements are about the same thing, and
        whether the newer one replaces the older one."""
        return {
            **_value_features(older, newer),
            **self._story_features(older, newer),
            **self._wording_features(older, newer),
            **self._time_features(older, newer),
            **_judged_features(older, newer),
        }

    def _wording_features(self, older: Statement, newer: Statement) -> Features:
        before, after = self._article(older), self._article(newer)
        stems = before.stems, after.stems
        names = other_names(older), other_names(newer)
        words = content_of(older), content_of(newer)
        losses = lost(names[0], after.stems), lost(names[1], before.stems)
        return {
            "speakers": float(bool(older.reading.speakers and newer.reading.speakers)),
            "contained": float(words[0] <= words[1] or words[1] <= words[0]),
            "names_lost_least": min(losses),
            "names_lost_most": max(losses),
            "names_apart": float(names_apart(*names, stems)),
            "modifiers_differ": float(modifiers_differ(older.text, newer.text, stems)),
            "qualifiers_apart": min(qualifiers_apart(older.text, newer.text), _MOST_COUNTED),
            "part_apart": float(is_part(older) is not is_part(newer)),
            "plan_before_fact": float(is_ahead(older) and not is_ahead(newer)),
            "old_value_told": float(
                after.has_value(older.value) or tells_besides(newer, older.value)
            ),
        }

    def _time_features(self, older: Statement, newer: Statement) -> Features:
        dates = [days_outside(each.sentence, value_span(each)) for each in (older, newer)]
        periods = [[each for each in found if each.is_period] for found in dates]
        history = [_is_history(older, dates[0]), _is_history(newer, dates[1])]
        change = change_features(self._texts, newer.sentence, older.sentence, value_span(newer))
        far = float(change["days"] > math.log1p(_FAR_DAYS))
        return {
            "dates_apart": float(all(dates) and not _overlap(*dates)),
            "periods_differ": float(all(periods) and not set(periods[0]) & set(periods[1])),
            "period_of_one": float(bool(periods[0]) is not bool(periods[1])),
            "history_of_one": float(history[0] is not history[1]),
            "far": far,
            "far_in_one_outlet": far * change["same_outlet"],
            **change,
        }

    def _article(self, statement: Statement) -> ArticleWords:
        article = statement.sentence.article
        if article.row not in self._articles:
            text = f"{article.title} {self._texts.article_text(article)}".casefold()
            self._articles[article.row] = words_of_article(text)
        return self._articles[article.row]


def _amounts_in(reading: Reading) -> Iterator[Amount]:
    for each in reading.quantities:
        amount = stated_amount(reading.text, Span(each.start, each.end), [each])
        if amount is not None and amount.unit:  # "the 2026 games" and "line 4" name things
            yield amount


def _judged_features(older: Statement, newer: Statement) -> Features:
    """Return how sure the judge is of the less certain statement."""
    judged = [each.evidence.judged for each in (older, newer)]
    answers = min(each.answers for each in judged if each is not None)
    values = older.value, newer.value
    return {
        "answers_least": answers,
        "name_answers_least": answers if isinstance(older.value, Named) else 0.0,
        "lean_least": min(each.lean if isinstance(each, Polarity) else 0.0 for each in values),
    }


def _value_features(older: Statement, newer: Statement) -> Features:
    one, other = older.value, newer.value
    ratio = _ratio(one, other) if isinstance(one, Amount) and isinstance(other, Amount) else 0.0
    return {
        "is_date": float(isinstance(one, Days)),
        "is_name": float(isinstance(one, Named)),
        "is_status": float(isinstance(one, Polarity)),
        "ratio": ratio,
    }


def _ratio(one: Amount, other: Amount) -> float:
    """Return the absolute logarithm of the ratio of two amounts, at most 3."""
    middles = [(each.low + each.high) / 2 for each in (one, other)]
    if min(middles) <= 0:
        return _FARTHEST
    return min(abs(math.log(middles[0] / middles[1])), _FARTHEST)


def _overlap(mine: list[DateRange], theirs: list[DateRange]) -> bool:
    return any(one.overlaps(other) for one in mine for other in theirs)


def _is_history(statement: Statement, dates: list[DateRange]) -> bool:
    """Return whether a sentence names a time long before its article."""
    day = published_day(statement.sentence.article.published)
    return day is not None and any((day - each.last).days > _HISTORY_DAYS for each in dates)
