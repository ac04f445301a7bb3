"""Examples of statements with different values, from written pairs of articles."""

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.disagreements.asking import build, records_together
from benchmarks.disagreements.pairs import Pair, PairKind, read_pair_files
from bot.answering.disagreement.features import Comparer, Features
from bot.answering.disagreement.sameness import Sameness, in_order
from bot.answering.disagreement.statements import Statement, StatementReader
from bot.answering.disagreement.values import Polarity, Relation, relation
from bot.answering.encoded_question import QuestionEncoder
from bot.answering.ranking.evidence import EvidenceRanker
from bot.answering.ranking.evidence_model import EvidenceModel
from bot.answering.timed_search import TimedSearch
from bot.answering.verification.reading import SentenceReader
from bot.domain.models import Question
from index.encoder.encoder import open_current
from index.generations.live import LiveGeneration

AT_ONCE, PROCESSES = 40, 2


@dataclass(frozen=True, slots=True)
class Example:
    """Two statements with different values: of `pair`, or one of it and one of another pair.
    `meant` is set if the writer of the pair meant these values."""

    pair: Pair
    one_story: bool
    meant: bool
    features: Features


def read_examples(folder: Path, home: Path) -> list[Example]:
    """Read the examples of a folder."""
    pairs = list(read_pair_files(folder))
    count = -(-len(pairs) // AT_ONCE)
    chunks = [pairs[start::count] for start in range(count)]
    with ProcessPoolExecutor(PROCESSES) as workers:
        read = workers.map(partial(_examples, home), chunks)
        return [example for examples in read for example in examples]


def _examples(home: Path, pairs: Sequence[Pair]) -> list[Example]:
    """Return the examples of each pair over its two articles, and those over all articles."""
    reader, encoder = _ExampleReader(), open_current(home)
    found: list[Example] = []
    for pair in pairs:
        with tempfile.TemporaryDirectory() as scratch:
            found += reader.examples(build(pair.records, Path(scratch), home, encoder), pair)
    with tempfile.TemporaryDirectory() as scratch:
        live = build(records_together(pairs), Path(scratch), home, encoder)
        for pair in pairs:
            found += (each for each in reader.examples(live, pair) if not each.one_story)
    return found


class _ExampleReader:
    """Reader of the statements that answer the question of a pair."""

    def __init__(self) -> None:
        self._ranker = EvidenceRanker(EvidenceModel.load())
        words = self._ranker.model.words
        self._search, self._encoder = TimedSearch(self._ranker), QuestionEncoder(words)
        self._reader = SentenceReader(words)

    def examples(self, live: LiveGeneration, pair: Pair) -> Iterator[Example]:
        """Compare the best statement with the others that have another value."""
        question = Question(question=pair.question)
        [encoded] = self._encoder.encode(live, [question])
        read = partial(self._encoder.reader(live).read, question)
        found = self._search.find(live, encoded.time, read, encoded.vector)
        if found.confidence < self._ranker.model.weights.operating_point.threshold:
            return
        reader = StatementReader(self._ranker, self._reader, live.generation, found.reading)
        statements = reader.statements(found.ranked)
        if not statements or statements[0].evidence is not found.ranked[0]:
            return
        comparer, sameness = Comparer(live.generation, reader), Sameness(live.generation, reader)
        for other in statements[1:]:
            older, newer = in_order(statements[0], other)
            if _is_compared(older, newer) and not comparer.are_apart(older, newer):
                one_story = _is_of(pair, older) and _is_of(pair, newer)
                yield Example(
                    pair,
                    one_story,
                    is_alike(pair) or _is_meant(pair, older, newer),
                    comparer.features(older, newer) | sameness.read_features(older, newer),
                )


def is_alike(pair: Pair) -> bool:
    return pair.kind is PairKind.ALIKE


def _is_compared(older: Statement, newer: Statement) -> bool:
    """Return whether the survey compares two statements: of a yes or no any two, because the
    verdicts are less certain than the comparison."""
    if isinstance(older.value, Polarity) and isinstance(newer.value, Polarity):
        return True
    return relation(older.value, newer.value) is Relation.DIFFERENT


def _is_of(pair: Pair, statement: Statement) -> bool:
    """Return whether a statement is of an article of the pair."""
    article = statement.sentence.article
    return article.title in (pair.older["title"], pair.newer["title"])


def _is_meant(pair: Pair, older: Statement, newer: Statement) -> bool:
    """Return whether the values of two statements are those that the writer of the pair meant."""
    return all(
        isinstance(each.value, Polarity) or each.value_text in text or text in each.value_text
        for each, text in ((older, pair.old), (newer, pair.new))
    )
