"""Features of a sentence as the answer to a question, as numbers.

The inputs are the question, the sentence, its neighbours, its passage, its article's title and two
cosines. The features are the same for sentences from an index and for given sentences.
"""

import numpy as np

from bot.answering.ranking.answer_type import AnswerTypes
from bot.answering.ranking.candidate_words import Flags, Rows
from bot.answering.ranking.lexicon import DIGITS, NEGATION, NUMBER, POINTING
from bot.answering.ranking.matches import QuestionMatches
from bot.answering.ranking.pool import Array
from bot.answering.ranking.proximity import Nearness
from index.text.marks import ASKS, MONEY, QUOTES

_K1, _B, _AVERAGE_WORDS = 1.2, 0.6, 22.0  # the usual constants of BM25, here without an index


def raw_features(reading: QuestionMatches) -> dict[str, Array]:
    """Compute every feature by name, as an array with one number per candidate."""
    types = AnswerTypes(reading)
    places = reading.pool.places
    features = {"dense": places.dense, "passage_dense": places.passage_dense}
    features |= _coverage(reading)
    features |= _missing(reading, types)
    features |= _wording(reading)
    features |= _answer_type(reading, types)
    features |= _structure(reading, types)
    features |= _shape(reading)
    return features


def _coverage(reading: QuestionMatches) -> dict[str, Array]:
    """Compute the weighted shares of the question's terms in the sentence and near it, and BM25."""
    question = reading.question
    weights = question.weights
    total = weights.sum() + 1e-6
    here, title, soft = reading.sentence > 0, reading.title > 0, reading.soft
    # Terms that few of the candidates have weigh more.
    rarity = weights * np.log(1 + len(here) / (here.sum(axis=0) + 0.5))
    covered = here @ weights / total
    particular = question.particular * weights
    numbers = np.array([float(word[0].isdigit()) for word in question.words])
    return {
        "cover": covered,
        "cover_rare": here @ rarity / (rarity.sum() + 1e-6),
        "cover_passage": (reading.passage > 0) @ weights / total,
        "cover_title": (here | title) @ weights / total,
        "cover_before": (here | (reading.before > 0)) @ weights / total - covered,
        "cover_after": (here | (reading.after > 0)) @ weights / total - covered,
        "cover_soft": soft @ weights / total,
        "cover_particular": _share(np.maximum(soft, title), particular, 0.75),
        "cover_particular_anywhere": _share(reading.anywhere, particular, 0.75),
        "cover_other": _share(soft, weights * ~question.particular, 0.75),
        "cover_numbers": _share(here, numbers, 0.5),
        "bm25": _bm25(reading.sentence, reading.told.lengths, weights) / total,
        "bm25_passage": _bm25(reading.passage, reading.passage_words, weights) / total,
    }


def _share(matches: Array | Flags, weights: Array, of_nothing: float) -> Array:
    if not weights.sum():
        return np.full(len(matches), of_nothing)
    share: Array = matches @ weights / weights.sum()
    return share


def _bm25(counts: Rows, words: Rows, weights: Array) -> Array:
    norm = _K1 * (1 - _B + _B * words / _AVERAGE_WORDS)
    scores: Array = (counts * (_K1 + 1) / (counts + norm[:, None])) @ weights
    return scores


def _missing(reading: QuestionMatches, types: AnswerTypes) -> dict[str, Array]:
    """Compute what the question has and the sentence lacks, above all names and numbers."""
    question = reading.question
    lacks = (1 - reading.soft) * question.weights
    missing_name = _largest((1 - reading.anywhere) * question.weights * question.particular)
    superlatives = reading.told.that_are(reading.numbers(question.superlatives))
    return {
        "missing": lacks.sum(axis=1),
        "missing_most": _largest(lacks),
        "missing_name": missing_name,
        "other_name": missing_name * (types.new_names > 0),
        "other_number": _other_number(reading),
        "missing_superlative": 1.0 - reading.told.within(superlatives).all(axis=0),
    }


def _largest(table: Array) -> Array:
    largest: Array = table.max(axis=1) if table.shape[1] else np.zeros(len(table))
    return largest


def _other_number(reading: QuestionMatches) -> Array:
    """Return 1 for a sentence that has numbers in digits but none of the question's, else 0.
    Without a number in the question all are 0."""
    told = reading.told
    asked = [word[0].isdigit() for word in reading.question.words]
    digits = told.are(NUMBER) & told.are(DIGITS)
    same = digits & reading.are_terms[asked].any(axis=0)
    other = told.within(digits) & ~told.within(same) & any(asked)
    return other.astype(float)


def _wording(reading: QuestionMatches) -> dict[str, Array]:
    """Measure how closely the sentence follows the question's words, and how much it adds."""
    question = reading.question
    covered = (reading.sentence > 0) @ question.weights
    focus = np.full(len(covered), 0.5)
    if question.focus is not None:
        focus = reading.told.within(reading.told.stems == reading.numbers([question.focus])) * 1.0
    return {
        "bigrams": _bigrams(reading) / max(len(question.bigrams), 1),
        "longest_run": _longest_run(reading) / max(len(question.stems), 1),
        "precision": covered / (reading.weight + 1e-6),
        "new_information": np.log1p(np.maximum(reading.weight - covered, 0)),
        "focus": focus,
    }


def _bigrams(reading: QuestionMatches) -> Rows:
    """Count the question's word pairs that each sentence has."""
    stems = reading.told.stems
    pairs = reading.numbers(word for pair in reading.question.bigrams for word in pair)
    left, right = pairs[::2, None], pairs[1::2, None]
    both = (stems == left) & (np.append(stems[1:], 0) == right)
    count: Rows = reading.told.within(both).sum(axis=0)
    return count


def _longest_run(reading: QuestionMatches) -> Rows:
    """Compute the length of the longest run of words that the sentence shares with the question."""
    best = ending = np.zeros(len(reading.told.of), np.int64)
    for found in reading.are_asked:
        ending = (np.append(0, ending[:-1]) + 1) * found
        best = np.maximum(best, ending)
    longest: Rows = np.maximum.reduceat(best, reading.told.starts)
    return longest


def _answer_type(reading: QuestionMatches, types: AnswerTypes) -> dict[str, Array]:
    """Compute whether the sentence has something new of the kind that the question asks for."""
    return {
        "type_fits": types.fits(),
        "new_numbers": np.minimum(types.new_numbers, 3.0),
        "new_dates": np.minimum(types.new_dates, 3.0),
        "new_names": np.minimum(types.new_names, 4.0),
        "new_places": np.minimum(types.new_places, 3.0),
        "has_money": reading.marked(MONEY).astype(float),
    }


def _structure(reading: QuestionMatches, types: AnswerTypes) -> dict[str, Array]:
    """Measure whether words that are close in the question are close in the sentence, and whether
    something new of the right kind is close to them."""
    weights, nearness = reading.question.weights, Nearness(reading)
    together, (near, some) = nearness.together(), nearness.nearest(*types.may_answer())
    return {
        "together": together,
        "together_covered": together * (reading.soft @ weights / (weights.sum() + 1e-6)),
        "mention_near": near,
        "mention_any": some,
    }


def _shape(reading: QuestionMatches) -> dict[str, Array]:
    told, places = reading.told, reading.pool.places
    negated = told.with_any(NEGATION)
    return {
        "negation_differs": (negated != reading.question.negated).astype(float),
        "negated": negated.astype(float),
        "points_back": told.opening_with(POINTING).astype(float),
        "quotes": reading.marked(QUOTES).astype(float),
        "asks": reading.marked(ASKS).astype(float),
        "words": np.log1p(reading.told.lengths),
        "position": places.position / np.maximum(places.count - 1, 1),
        "first": (places.position == 0).astype(float),
        "last": (places.position == places.count - 1).astype(float),
    }
