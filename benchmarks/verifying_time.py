"""How long it takes to verify what a model may write, beside the answer that it is written from.

Run from the project's root: python -m benchmarks.verifying_time

For each question that the bundled articles answer, four sentences made of its evidence: two as they
stand, two corrupted, each citing two sentences. Prints the medians, in milliseconds.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter

from benchmarks.claims.corrupting import negated
from bot.answering.draft_sentence import Written
from bot.answering.pipeline import Answerer, Receipt
from bot.answering.verification.checker import Checker
from bot.domain.models import Question, Status
from bot.terminal.progress import StageLines
from index.building.build import build_index
from index.encoder.encoder import default_home, open_current
from index.generations.live import LiveIndex

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = ROOT / "benchmarks/questions/seed.jsonl"
_WARMING, _SENTENCES, _CITED = 5, 4, 2


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        quiet = StageLines(lambda line: None)
        build_index([ROOT / "articles"], Path(folder), open_current(default_home()), quiet)
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
    answerer = Answerer()
    checker, live = Checker(answerer.ranker), index.current
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        started = perf_counter()
        question = Question(question=json.loads(line)["question"])
        receipt = answerer.answer(live, answerer.encode(live, [question])[0])
        answered = perf_counter()
        if receipt.answer.status is Status.ANSWERED and len(receipt.ranked) > _SENTENCES:
            written = list(_written(receipt))
            began = perf_counter()
            for sentence in written:
                checker.verify(sentence)
            ended = perf_counter()
            yield (answered - started) * 1000, (ended - began) * 1000


def _written(receipt: Receipt) -> Iterator[Written]:
    for place in range(_SENTENCES):
        told = receipt.ranked[place].hit.sentence.text
        sentence = (place % 2 and negated(told, Random(place), ())) or told
        cited = tuple(range(place, place + _CITED))
        yield Written(question=sentence[:1000], receipt=receipt, evidence=cited)


if __name__ == "__main__":
    main()
