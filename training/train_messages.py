"""Train the model that tells questions from small talk, and from questions about the articles
themselves.

It learns from the invented lines in training/messages, one file a kind, and from the questions of
the stories. SQuAD, QED, CANARD, SelQA, NoMIRACL and our own questions only measure: at most one
question in a thousand may be taken for anything else.

    python -m training.train_messages [--shared DIR] [--out DIR]
"""

import argparse
import random
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.machine import ROOT
from benchmarks.results_file import save_indented
from bot.answering.question.message_kind import (
    MESSAGES_FILE,
    MessageKind,
    MessageModel,
)
from bot.answering.text.names import names_in
from bot.evaluation.datasets import records
from bot.evaluation.metrics import Floats
from index.encoder.encoder import default_home, open_current
from training.judge.sets import read_squad_shifts
from training.judge.typing_noise import typed
from training.stories import Kind, read_stories
from training.vector_cache import CachingEncoder

MESSAGES = Path(__file__).parent / "messages"
SEED, FOLDS, RIDGE = 1, 3, 0.1
MISTAKEN_QUESTIONS = 0.0008  # share of the measuring questions; one in a thousand may happen
_FILLED, _TYPED = 3, 1  # variants of a line with a slot, and of every line with typing slips
_STORY_QUESTIONS, _SHIFTS_QUESTIONS, _OPENED = 3_000, 3_000, 1_500
_NO_QUESTIONS = {"off-topic", "greeting", "injection"}
_SHARED_SETS = ("squad2_sent_dev", "qed_dev", "canard_dev", "selqa_dev", "nomiracl_en_dev",
                "mtragun_dev")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A message and its kind. Lines of one `group` stay in one fold."""

    text: str
    kind: MessageKind
    group: str

    @property
    def fold(self) -> int:
        return zlib.crc32(self.group.encode()) % FOLDS


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    arguments.add_argument("--out", type=Path, default=ROOT / "bot" / "answering" / "model")
    options = arguments.parse_args()
    encoder = CachingEncoder(open_current(default_home()), ROOT / "build" / "training")
    lines = list(taught(options.shared))
    measured = measuring_questions(options.shared)
    try:
        table = encoder.encode_queries([line.text for line in lines])
        questions = encoder.encode_queries(measured)
    finally:
        encoder.save()
    folds = np.array([line.fold for line in lines])
    held_back = np.zeros((len(lines), len(MessageKind)))
    for fold in range(FOLDS):
        inside = folds == fold
        model = fit([each for each in lines if each.fold != fold], table[~inside])
        held_back[inside] = model.probabilities(table[inside])
    model = fit(lines, table)
    mistaken = model.probabilities(questions)
    model = model.model_copy(
        update={
            "most_question": _threshold(1 - mistaken[:, 0]),
            "encoder": encoder.encoder.record.name,
            "training": {
                "seed": SEED,
                "lines": dict(Counter(str(line.kind) for line in lines)),
                "questions": len(measured),
            },
        }
    )
    _report(model, lines, held_back, measured, mistaken)
    save_indented(model.model_dump(mode="json"), options.out / MESSAGES_FILE)


def taught(shared: Path) -> Iterator[Line]:
    """Yield the lines that teach: those of the files, in several variants, and questions."""
    chance = random.Random(SEED)
    stories = [story for _, story in read_stories()]
    names = sorted({n for story in stories for n in _names(story.articles[0].sentences)})
    topics = [" ".join(story.title.split()[-3:]) for story in stories]
    topics += ["the deal", "the strike", "the new plant", "the merger", "the ruling", "the talks"]
    for kind in MessageKind:
        for line in (MESSAGES / f"{kind}.txt").read_text("utf-8").splitlines():
            times = _FILLED if "{" in line else 1
            for _ in range(times):
                text = _filled(line, names, topics, chance)
                yield Line(text, kind, line)
                for _ in range(_TYPED):
                    yield Line(_slipped(text, chance), kind, line)
    asked = [q for s in stories for q in s.questions if q.kind is not Kind.OFF_TOPIC]
    for each in chance.sample(asked, min(_STORY_QUESTIONS, len(asked))):
        yield Line(each.question, MessageKind.QUESTION, each.question)
    for question in chance.sample(asked, _OPENED):
        text = f"{_opener(chance)}{question.question}"
        yield Line(text, MessageKind.QUESTION, question.question)
    shifts = [each.question for each in read_squad_shifts(shared / "train")]
    for text in chance.sample(shifts, _SHIFTS_QUESTIONS):
        yield Line(typed(text, chance), MessageKind.QUESTION, text)


def _names(sentences: Sequence[str]) -> Iterator[str]:
    for sentence in sentences:
        for name in names_in(sentence):
            yield sentence[name.start : name.end]


def _filled(line: str, names: Sequence[str], topics: Sequence[str], chance: random.Random) -> str:
    while "{name}" in line:
        line = line.replace("{name}", chance.choice(names), 1)
    return line.replace("{topic}", chance.choice(topics))


def _slipped(text: str, chance: random.Random) -> str:
    """Write a message as people type it, without the openers that make a question of it."""
    shapes = (str.lower, str.capitalize, str.upper, lambda t: f"{t}!", lambda t: f"{t}.",
              lambda t: f"{t}!!", lambda t: f"{t} :)", lambda t: t.replace("'", ""))  # fmt: skip
    return chance.choice(shapes)(text)


def _opener(chance: random.Random) -> str:
    kind = chance.choice((MessageKind.GREETING, MessageKind.THANKS, MessageKind.CHATTER))
    lines = (MESSAGES / f"{kind}.txt").read_text("utf-8").splitlines()
    return f"{chance.choice(lines)}{chance.choice((', ', ' ', '! ', '. ', ' but ', ' and '))}"


def measuring_questions(shared: Path) -> list[str]:
    """Return the distinct questions of the sets that only measure."""
    found: dict[str, None] = {}
    for name in _SHARED_SETS:
        for record in records(shared / "eval" / f"{name}.jsonl"):
            found[" ".join(str(record.get("question") or record.get("rewrite")).split())] = None
    for name in ("articles", "seed"):
        for record in records(ROOT / "benchmarks" / "questions" / f"{name}.jsonl"):
            if record["kind"] not in _NO_QUESTIONS:
                found[record["question"]] = None
    found.pop("None", None)
    return list(found)


def fit(lines: Sequence[Line], table: NDArray[np.float32]) -> MessageModel:
    """Fit a multinomial logistic regression; every kind counts by the root of its size."""
    kinds = list(MessageKind)
    target = np.zeros((len(lines), len(kinds)))
    target[np.arange(len(lines)), [kinds.index(line.kind) for line in lines]] = 1
    share = (1 / np.sqrt(target.sum(axis=0)))[target.argmax(axis=1)]
    share /= share.mean()
    inputs = np.column_stack([table.astype(np.float64), np.ones(len(lines))])

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(len(kinds), -1)
        odds = inputs @ weights.T
        odds -= np.logaddexp.reduce(odds, axis=1, keepdims=True)
        wrong = share[:, None] * (np.exp(odds) - target)
        slope = wrong.T @ inputs + RIDGE * weights
        value = -(share[:, None] * target * odds).sum() + RIDGE / 2 * (weights**2).sum()
        return float(value), slope.ravel()

    size = len(kinds) * inputs.shape[1]
    found = minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    weights = found.x.reshape(len(kinds), -1).round(3) + 0.0
    return MessageModel(
        kinds=tuple(kinds),
        weights=tuple(tuple(row) for row in weights[:, :-1].tolist()),
        bias=tuple(weights[:, -1].tolist()),
        most_question=0.0,
        encoder="",
        training={},
    )


def _threshold(others: Floats) -> float:
    """Return the highest probability of a question at which a message counts as something else."""
    allowed = int(MISTAKEN_QUESTIONS * len(others))
    return round(float(1 - np.sort(others)[::-1][allowed]) - 0.0005, 4)


def _report(
    model: MessageModel,
    lines: Sequence[Line],
    held_back: Floats,
    measured: Sequence[str],
    mistaken: Floats,
) -> None:
    """Print how many lines that the model has not seen get their kind, and how many questions are
    taken for something else."""
    kinds = list(MessageKind)
    print(f"a message is no question below {model.most_question}")
    for kind in kinds:
        rows = np.array([line.kind is kind for line in lines])
        other = held_back[rows][:, 0] <= model.most_question
        best = held_back[rows][:, 1:].argmax(axis=1) + 1
        right = other & (best == kinds.index(kind)) if kind is not kinds[0] else ~other
        print(
            f"{kind:>18} {rows.sum():>6} right {right.mean():.3f} taken as none {other.mean():.3f}"
        )
    taken = np.flatnonzero(mistaken[:, 0] <= model.most_question)
    print(f"of {len(measured)} measuring questions {len(taken)} are taken for something else")
    for i in taken.tolist()[:40]:
        print("  ", kinds[int(mistaken[i, 1:].argmax()) + 1], repr(measured[i]))


if __name__ == "__main__":
    main()
