"""Benchmark of the time to verify what a model may write, beside the time of the answer it is based
on.

Run from the project's root: python -m benchmarks.verification_time

For each question that the bundled articles answer, it verifies four sentences made from the
evidence: two unchanged, two corrupted, each citing two sentences. It prints the medians in
milliseconds.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter

from benchmarks.claims.corruptions import negated
from benchmarks.indexes import QUIET
from benchmarks.machine import ROOT
from bot.answering.draft_sentence import SentenceToVerify
from bot.answering.pipeline import QuestionAnswerer
from bot.answering.receipt import Receipt
from bot.answering.verification.checker import Checker
from bot.domain.models import Question, Status
from bot.evaluation.datasets import records
from index.building.build import build_index
from index.encoder.encoder import default_home, open_current
from index.generations.live import LiveIndex

QUESTIONS = ROOT / "benchmarks/questions/seed.jsonl"
_WARMING, _SENTENCES, _CITED = 5, 4, 2


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        build_index([ROOT / "articles"], Path(folder), open_current(default_home()), QUIET)
        times = list(_times(LiveIndex(Path(folder), default_home())))[_WARMING:]
    answering, verifying = (median(each) for each in zip(*times, strict=True))
    figures = {
        "answers": len(times),
        "answer_ms": round(answering, 2),
        "four_sentences_ms": round(verifying, 2),
        "times": round(verifying / answering, 2),
    }
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


def _times(index: LiveIndex) -> Iterator[tuple[float, float]]:
    answerer = QuestionAnswerer()
    checker, live = Checker(answerer.ranker), index.current
    for record in records(QUESTIONS):
        started = perf_counter()
        question = Question(question=record["question"])
        receipt = answerer.answer(live, answerer.encode(live, [question])[0])
        answered = perf_counter()
        if receipt.answer.status is Status.ANSWERED and len(receipt.ranked) > _SENTENCES:
            written = list(_written(receipt))
            began = perf_counter()
            for sentence in written:
                checker.verify(sentence)
            ended = perf_counter()
            yield (answered - started) * 1000, (ended - began) * 1000


def _written(receipt: Receipt) -> Iterator[SentenceToVerify]:
    for place in range(_SENTENCES):
        told = receipt.ranked[place].hit.sentence.text
        sentence = (place % 2 and negated(told, Random(place), ())) or told
        cited = tuple(range(place, place + _CITED))
        yield SentenceToVerify(sentence[:1000], receipt, cited)


if __name__ == "__main__":
    main()
