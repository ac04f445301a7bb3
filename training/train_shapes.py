"""Train the models of wording: the shape of a question, where the next question of a message
begins, and which sentences state a comparison.

They learn from the invented lines in training/shapes and training/statements, one file a topic, and
from questions of SQuADShifts and sentences of the stories. Each of these is one question, and for a
single thing, or states no comparison, unless a first fit is sure of something else. The lines of a
topic are measured with models that have not seen it. The questions of SQuAD, QED, SelQA and
NoMIRACL only measure: each is one question.

    python -m training.train_shapes [--shared DIR] [--out DIR]
"""

import argparse
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.machine import ROOT
from benchmarks.results_file import save
from bot.answering.question.parts import Label, most_likely_beginning, questions_in
from bot.answering.question.shape import QuestionShape, StatementKind, shape_of, states_comparison
from bot.answering.question.wording_model import (
    SHAPES_FILE,
    ShapeModels,
    WordingModel,
    boundary_features,
    shape_features,
    tokens_of,
)
from bot.evaluation.datasets import records
from training.judge.typing_noise import typed
from training.shape_lines import (
    SEVERAL,
    SHAPES,
    STATEMENTS,
    Line,
    joined,
    labelled,
    plain_lines,
    read_lines,
)
from training.stories import read_stories
from training.wording import Example, fit

SEED, FOLDS = 1, 2
_TYPED = 2  # variants of a line
_SENTENCES = 1_500  # of the stories
_PLAIN_WEIGHT = 0.5
_SENTENCE_WEIGHT = 0.3
_QUESTION_WEIGHT = 0.5  # of a question, in the model of sentences that compare
_INSIDE_SHARE = 0.4  # of the places inside questions, which are the most
_SPLIT = 0.004  # share of single questions that may be split
_SURE = 0.7  # probability of something else at which a plain line is left out
_ONE_QUESTION = ("squad2_sent_dev", "qed_dev", "selqa_dev", "nomiracl_en_dev")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    arguments.add_argument("--out", type=Path, default=ROOT / "bot" / "answering" / "model")
    options = arguments.parse_args()
    lines = [*read_lines(SHAPES), *read_lines(STATEMENTS)]
    plain, choosing = plain_lines(options.shared, random.Random(SEED))
    plain += _story_sentences()
    topics = [*sorted({line.topic for line in lines})]
    held_back: list[tuple[Line, ShapeModels]] = []
    for fold in range(FOLDS):
        outside = topics[fold::FOLDS]
        models = fitted([line for line in lines if line.topic not in outside], plain, choosing)
        held_back += [(line, models) for line in lines if line.topic in outside]
    models = fitted(lines, plain, choosing)
    _report(held_back, models, options.shared)
    save(models.model_dump(mode="json"), options.out / SHAPES_FILE)


def _story_sentences() -> list[Line]:
    found = [
        Line(f"story-{name}", StatementKind.STATES, sentence)
        for name, story in read_stories()
        for article in story.articles
        for sentence in article.sentences
    ]
    return random.Random(SEED).sample(found, min(_SENTENCES, len(found)))


def fitted(lines: Sequence[Line], plain: Sequence[Line], choosing: Sequence[Line]) -> ShapeModels:
    """Fit the models to these lines, and to plain ones. `choosing` are single questions that choose
    the threshold of a boundary."""
    asked = [line for line in [*lines, *plain] if line.kind in {*QuestionShape, SEVERAL}]
    kinds = dict(sorted(Counter(line.kind for line in lines).items()))
    models = ShapeModels(
        shapes=_fit_shapes(lines, plain),
        statements=_fit_statements(lines, plain),
        boundaries=fit(list(_boundary_examples(asked)), list(Label)),
        begins=0.0,
        training={"seed": SEED, "plain": len(plain), **kinds},
    )
    likely = np.sort([most_likely_beginning(line.text, models) for line in choosing])
    least = float(np.quantile(likely, 1 - _SPLIT)) if len(likely) else 0.5
    return models.model_copy(update={"begins": round(max(least, 0.5), 3)})


def _fit_shapes(lines: Sequence[Line], plain: Sequence[Line]) -> WordingModel:
    chance, kinds = random.Random(SEED), list(QuestionShape)
    own = [
        Example(line.topic, _features(text), kinds.index(QuestionShape(line.kind)))
        for line in lines
        if line.kind in set(kinds)
        for text in _as_typed(line.text, chance)
    ]
    return _fit_with(own, plain, kinds, _PLAIN_WEIGHT)


def _fit_statements(lines: Sequence[Line], plain: Sequence[Line]) -> WordingModel:
    """Fit which sentences compare. Questions that compare teach the same words."""
    kinds = list(StatementKind)
    own = [
        Example(line.topic, _features(line.text), kinds.index(StatementKind(line.kind)))
        for line in lines
        if line.kind in set(kinds)
    ]
    own += [
        Example(line.topic, _features(line.text), kinds.index(kind), _QUESTION_WEIGHT)
        for line in lines
        if line.kind in set(QuestionShape)
        for kind in [
            StatementKind.COMPARES
            if line.kind == QuestionShape.COMPARISON
            else StatementKind.STATES
        ]
    ]
    return _fit_with(own, plain, kinds, _SENTENCE_WEIGHT)


def _fit_with(
    own: Sequence[Example], plain: Sequence[Line], kinds: Sequence[str], weight: float
) -> WordingModel:
    """Fit the kinds. Plain lines count if a first fit does not contradict their kind."""
    first = fit(own, kinds)
    others = [
        Example(line.topic, _features(line.text), kinds.index(line.kind), weight)
        for line in plain
        if line.kind in set(kinds)
    ]
    kept = [
        each
        for each in others
        if np.delete(first.probabilities(each.features), each.target).max() < _SURE
    ]
    return fit([*own, *kept], kinds)


def _features(text: str) -> frozenset[str]:
    return frozenset(shape_features(tokens_of(text)))


def _as_typed(text: str, chance: random.Random) -> Iterator[str]:
    yield text
    for _ in range(_TYPED):
        yield typed(text, chance) if chance.random() < 0.8 else text.upper()


def _boundary_examples(lines: Sequence[Line]) -> Iterator[Example]:
    chance, labels = random.Random(SEED), list(Label)
    for line in (*lines, *joined(lines, chance)):
        marked = line.marked if chance.random() < 0.5 else _hurried(line.marked, chance)
        tokens, found = labelled(marked)
        for place in range(1, len(tokens)):
            if found[place] is Label.INSIDE and chance.random() > _INSIDE_SHARE:
                continue
            features = frozenset(boundary_features(tokens, place))
            yield Example(line.topic, features, labels.index(found[place]))


def _hurried(marked: str, chance: random.Random) -> str:
    """Write a marked message in lower case, or without its marks and apostrophes."""
    text = marked.lower() if chance.random() < 0.8 else marked.upper()
    return re.sub(r"[?'!]", "", text) if chance.random() < 0.5 else text


def _report(
    held_back: Sequence[tuple[Line, ShapeModels]], models: ShapeModels, shared: Path
) -> None:
    """Print what models that have not seen a topic make of its lines."""
    asked = [(line, m) for line, m in held_back if line.kind in set(QuestionShape)]
    _print_kinds(list(QuestionShape), asked, [shape_of(line.text, m) for line, m in asked])
    said = [(line, m) for line, m in held_back if line.kind in set(StatementKind)]
    compares = [states_comparison(line.text, m) for line, m in said]
    kinds = [StatementKind.COMPARES if each else StatementKind.STATES for each in compares]
    _print_kinds(list(StatementKind), said, kinds)
    whole = [len(questions_in(line.text, m)) == 1 for line, m in asked]
    several = [(line, m) for line, m in held_back if line.kind == SEVERAL]
    parts = [(questions_in(line.text, m), line.questions) for line, m in several]
    split, exact = np.mean([len(a) > 1 for a, _ in parts]), np.mean([a == b for a, b in parts])
    print(f"one question {len(asked)}: whole {np.mean(whole):.3f}")
    print(f"several {len(several)}: split {split:.3f}, exactly {exact:.3f}")
    measuring = list(single_questions(shared))
    cut = [each for each in measuring if len(questions_in(each, models)) > 1]
    print(f"of {len(measuring)} measuring questions {len(cut)} are split")
    print(Counter(str(shape_of(each, models)) for each in measuring))


def _print_kinds(
    kinds: Sequence[str], lines: Sequence[tuple[Line, ShapeModels]], found: Sequence[str]
) -> None:
    for kind in kinds:
        right = sum(f == kind == line.kind for f, (line, _) in zip(found, lines, strict=True))
        of_kind, taken = sum(line.kind == kind for line, _ in lines), list(found).count(kind)
        precision, recall = right / max(taken, 1), right / of_kind
        print(f"{kind:>12} {of_kind:>4} precision {precision:.3f} recall {recall:.3f}")


def single_questions(shared: Path) -> Iterator[str]:
    """Yield the distinct questions of the sets in which each is one question."""
    found: dict[str, None] = {}
    for name in _ONE_QUESTION:
        for record in records(shared / "eval" / f"{name}.jsonl"):
            found[" ".join(str(record["question"]).split())] = None
    yield from found


if __name__ == "__main__":
    main()
