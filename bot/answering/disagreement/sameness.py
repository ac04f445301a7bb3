"""Decision whether two statements with different values are about the same thing."""

import math

from bot.answering.citing.difference_model import difference_model
from bot.answering.disagreement.features import Comparer, Features
from bot.answering.disagreement.pair_inputs import Side
from bot.answering.disagreement.pair_model import load_sameness
from bot.answering.disagreement.statements import Statement, StatementReader
from bot.answering.disagreement.values import Polarity
from index.generations.reader import Generation

_LEAST = 1e-6  # probability


class Sameness:
    """Comparison of statements on one question in one generation."""

    def __init__(self, generation: Generation, reader: StatementReader) -> None:
        self._comparer, self._question = Comparer(generation, reader), reader.question.text

    def is_same(self, one: Statement, other: Statement) -> bool:
        """Return whether two statements with different values are about the same thing; of a yes
        and a no, whether they contradict each other."""
        older, newer = in_order(one, other)
        if self._comparer.knows_both(older, newer):
            return False
        features, decision = self._comparer.features(older, newer), difference_model().same_thing
        most = decision.linear.clip
        worst, best = (
            decision.holds(features | _read_features(older, odds)) for odds in (-most, most)
        )
        if worst is best:
            return best  # however the model reads them: reading takes 10 ms
        return decision.holds(features | self.read_features(older, newer))

    def read_features(self, older: Statement, newer: Statement) -> Features:
        """Return the log-odds that both state the same thing, by the model that reads them."""
        same = load_sameness().score(self._question, _side(older), _side(newer)).same
        same = min(max(same, _LEAST), 1 - _LEAST)
        return _read_features(older, math.log(same / (1 - same)))


def _read_features(statement: Statement, odds: float) -> Features:
    status = isinstance(statement.value, Polarity)
    return {"read_value": 0.0 if status else odds, "read_status": odds if status else 0.0}


def in_order(one: Statement, other: Statement) -> tuple[Statement, Statement]:
    """Return two statements, the one published earlier first."""
    return (one, other) if one.published_s <= other.published_s else (other, one)


def _side(statement: Statement) -> Side:
    value = statement.value
    span = None if isinstance(value, Polarity) else value.span
    return Side(statement.sentence.article.title, statement.text, span)
