"""Decisions on two statements with different values: are they about the same thing, and does the
newer one replace the older one?

Features of the sentences decide together with two models that read them. One reads the question
and both sentences (`pair_model.py`). The other is the judge: it reads whether one sentence with the
value of the other is supported by that other one.
"""

import math

from bot.answering.citing.difference_model import difference_model
from bot.answering.citing.supersession import supersedes
from bot.answering.disagreement.features import Comparer, Features
from bot.answering.disagreement.pair_inputs import Side
from bot.answering.disagreement.pair_model import PairScore, load_sameness
from bot.answering.disagreement.statements import Statement, StatementReader
from bot.answering.disagreement.values import Polarity
from index.generations.reader import Generation

_LEAST = 1e-6  # probability
_MOST = 100.0  # log-odds beyond all; the decision cuts them off


class Sameness:
    """Comparison of statements on one question in one generation."""

    def __init__(self, generation: Generation, reader: StatementReader) -> None:
        self._texts, self._reader = generation.texts, reader
        self._comparer, self._question = Comparer(generation, reader), reader.question.text

    def is_same(self, one: Statement, other: Statement) -> bool:
        """Return whether two statements with different values are about the same thing; of a yes
        and a no, whether they contradict each other."""
        older, newer = in_order(one, other)
        if self._comparer.are_apart(older, newer):
            return False
        known, decision = self._comparer.features(older, newer), difference_model().same_thing
        for read in (self._read_together, self._restated):
            worst, best = (
                decision.holds(_all_odds(older, odds) | known) for odds in (-_MOST, _MOST)
            )
            if worst is best:
                return best  # however the model reads them: reading takes 10 ms
            known |= read(older, newer)
        return decision.holds(known)

    def replaces(self, newer: Statement, older: Statement) -> bool:
        """Return whether a later statement replaces an earlier one about the same thing."""
        features = self._comparer.features(older, newer)
        features["read_change"] = _log_odds(self._score(older, newer).replaces)
        return supersedes(self._texts, newer.sentence, older.sentence, features)

    def read_features(self, older: Statement, newer: Statement) -> Features:
        """Return the log-odds that both state the same thing, by each of the models that read them,
        and those that the newer one reports a change."""
        change = _log_odds(self._score(older, newer).replaces)
        together, restated = self._read_together(older, newer), self._restated(older, newer)
        return together | restated | {"read_change": change}

    def _read_together(self, older: Statement, newer: Statement) -> Features:
        same = _log_odds(self._score(older, newer).same)
        status = isinstance(older.value, Polarity)
        return {"read_value": 0.0 if status else same, "read_status": same if status else 0.0}

    def _restated(self, older: Statement, newer: Statement) -> Features:
        """Return the mean log-odds that each sentence supports the other one with its value."""
        if isinstance(older.value, Polarity):
            return {"restated": 0.0}
        claims = [(_with_value(older, newer), newer), (_with_value(newer, older), older)]
        odds = [self._reader.claimed(claim, by).supports for claim, by in claims]
        return {"restated": sum(odds) / len(odds)}

    def _score(self, older: Statement, newer: Statement) -> PairScore:
        return load_sameness().score(self._question, _side(older), _side(newer))


def _all_odds(statement: Statement, odds: float) -> Features:
    """Return the features of reading as if all models gave these log-odds."""
    status = isinstance(statement.value, Polarity)
    of_value, of_status = (0.0, odds) if status else (odds, 0.0)
    return {"read_value": of_value, "read_status": of_status, "restated": of_value}


def in_order(one: Statement, other: Statement) -> tuple[Statement, Statement]:
    """Return two statements, the one published earlier first."""
    return (one, other) if one.published_s <= other.published_s else (other, one)


def _with_value(statement: Statement, other: Statement) -> str:
    """Return a sentence with the value of another one."""
    span, text = statement.value.span, statement.text
    return f"{text[: span.start]}{other.value_text}{text[span.end :]}"


def _log_odds(probability: float) -> float:
    probability = min(max(probability, _LEAST), 1 - _LEAST)
    return math.log(probability / (1 - probability))


def _side(statement: Statement) -> Side:
    value = statement.value
    span = None if isinstance(value, Polarity) else value.span
    return Side(statement.sentence.article.title, statement.text, span)
