"""Ownership: who has or does the thing asked about. OpenAI's chief executive is not Nvidia's.

A sentence with all the words of a question may still be about another owner.
"""

import numpy as np

from bot.answering.ranking.candidate_words import CandidateWords
from bot.answering.ranking.lexicon import FUNCTION, NAME, OF, THE
from bot.answering.ranking.matches import QuestionMatches
from bot.answering.ranking.pool import Array
from bot.answering.text.relations import Phrases
from index.ranges import starts_of


def compare_owners(reading: QuestionMatches) -> Array:
    """Compare the owner in each candidate with the owner in the question. Return 1 if they are the
    same, -1 if the candidate names only other owners, and 0 if it names none."""
    asked, told = reading.question.owners, reading.told
    same, others = np.zeros(len(reading.pool), bool), np.zeros(len(reading.pool), bool)
    if not asked:
        return np.zeros(len(reading.pool))
    phrases = _phrases(told)
    owned = phrases.owned()
    for stem, names in zip(reading.numbers(asked), asked.values(), strict=True):
        places = np.flatnonzero((told.stems == stem) & owned)
        before = starts_of(np.logical_or.reduce(told.that_are(reading.numbers(names))))
        for start, end in (phrases.names_after(places), phrases.names_before(places)):
            same[told.of[places[before[end] > before[start]]]] = True
            others[told.of[places[end > start]]] = True
    return np.where(same, 1.0, np.where(others, -1.0, 0.0))


def _phrases(told: CandidateWords) -> Phrases:
    """Build the phrases of the candidates. In a sentence "Nvidia CEO" counts like "Nvidia's
    CEO"."""
    opens = np.zeros(len(told.words), bool)
    opens[told.starts] = True
    return Phrases(
        names=told.are(NAME),
        functions=told.are(FUNCTION),
        of=told.are(OF),
        the=told.are(THE),
        opens=opens,
        owners=np.ones(len(told.words), bool),
    )
