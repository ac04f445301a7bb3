"""Table of the stages at which differing values are lost.

python -m benchmarks.disagreements.losses [--encoders DIR] [--pairs DIR] [--verbose]
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import click

from benchmarks.disagreements.asking import build
from benchmarks.disagreements.pairs import SETS, Pair, PairKind, read_pair_files, set_folder
from bot.answering.disagreement.sameness import Sameness
from bot.answering.disagreement.statements import Statement, StatementReader, may_answer
from bot.answering.disagreement.values import Relation, relation
from bot.answering.pipeline import QuestionAnswerer
from bot.answering.ranking.evidence import Evidence
from bot.answering.receipt import Receipt
from bot.answering.verification.reading import SentenceReader
from bot.domain.models import Question
from index.encoder.encoder import default_home, open_current
from index.generations.live import LiveGeneration

DIFFERING = (PairKind.SUPERSEDED, PairKind.CONTRADICTION)


class Stage(StrEnum):
    """Fate of a pair: found, or the first stage at which one of its values is lost."""

    FOUND = "found"
    ABSTAINED = "the question is not answered"
    BEST = "the best sentence has neither value"
    RETRIEVED = "the other sentence is not retrieved, or is taken for a copy"
    JUDGED = "the judge does not read the other sentence"
    ANSWERS = "the judge finds that the other sentence does not answer"
    BEST_VALUE = "no value is read in the best sentence"
    VALUE = "no value is read in the other sentence"
    RELATION = "the two values are not compared"
    SAME = "the two sentences are taken to state different things"
    MARKS = "both are shown, with the wrong marks or order"


class Explainer:
    """Finder of the stage at which a pair is lost."""

    def __init__(self, answerer: QuestionAnswerer) -> None:
        self._answerer = answerer
        self._reader = SentenceReader(answerer.ranker.model.words)

    def stage(self, pair: Pair, live: LiveGeneration) -> Stage:
        """Ask the question of a pair over its two articles, and follow both values."""
        [encoded] = self._answerer.encode(live, [Question(question=pair.question)])
        receipt = self._answerer.answer(live, encoded)
        if pair.is_found(receipt.answer):
            return Stage.FOUND
        if not receipt.answer.citations:
            return Stage.ABSTAINED
        best, *others = receipt.ranked
        known = _value_in(pair, best)
        if known is None:
            return Stage.BEST
        other = next((each for each in others if _value_in(pair, each) not in (None, known)), None)
        if other is None:
            return Stage.RETRIEVED
        if other.judged is None:
            return Stage.JUDGED
        return self._compared(live, receipt, best, other)

    def _compared(
        self, live: LiveGeneration, receipt: Receipt, best: Evidence, other: Evidence
    ) -> Stage:
        asked = receipt.answer.understood_as
        reader = StatementReader(self._answerer.ranker, self._reader, live.generation, asked)
        if not may_answer(other):
            return Stage.ANSWERS
        read = [_read(reader, each) for each in (best, other)]
        if read[0] is None:
            return Stage.BEST_VALUE
        if read[1] is None:
            return Stage.VALUE
        if relation(read[0].value, read[1].value) is not Relation.DIFFERENT:
            return Stage.RELATION
        if not Sameness(live.generation, reader).is_same(read[0], read[1]):
            return Stage.SAME
        return Stage.MARKS


def _read(reader: StatementReader, evidence: Evidence) -> Statement | None:
    return next(iter(reader.statements([evidence])), None)


def _value_in(pair: Pair, evidence: Evidence) -> str | None:
    """Return the value of the pair that a sentence of the right article has."""
    sentence = evidence.hit.sentence
    value = pair.new if sentence.article.title == pair.newer["title"] else pair.old
    return value if value in sentence.text else None


@click.command()
@click.option("--encoders", type=click.Path(path_type=Path), help="Folder of adopted encoders.")
@click.option("--pairs", "folder", type=click.Path(path_type=Path), help="Another folder of pairs.")
@click.option("--verbose", is_flag=True, help="Print each lost pair.")
def main(encoders: Path | None, folder: Path | None, verbose: bool) -> None:
    """Print how many pairs each stage loses. `unseen` is left out: no pair of it is looked at."""
    home = encoders or default_home()
    folders = [folder] if folder else [set_folder(name) for name in SETS if name != "unseen"]
    for each in folders:
        stages = list(_stages(each, home))
        click.echo(f"{each.name}: {len(stages)} pairs")
        counts = Counter((stage, pair.kind) for pair, stage in stages)
        for stage in Stage:
            by_kind = [
                counts[stage, kind] for kind in (PairKind.SUPERSEDED, PairKind.CONTRADICTION)
            ]
            click.echo(f"  {by_kind[0]:3} superseded, {by_kind[1]:3} contradictions: {stage}")
        for pair, stage in stages if verbose else ():
            if stage is not Stage.FOUND:
                click.echo(f"{pair.id} {pair.question} | {stage}")


def _stages(folder: Path, home: Path) -> Iterator[tuple[Pair, Stage]]:
    encoder, explainer = open_current(home), Explainer(QuestionAnswerer())
    for pair in read_pair_files(folder):
        if pair.kind is PairKind.ALIKE:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            yield pair, explainer.stage(pair, build(pair.records, Path(scratch), home, encoder))


if __name__ == "__main__":
    main()
