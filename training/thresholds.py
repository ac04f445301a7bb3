"""Choice of the thresholds that the evidence model works with."""

import numpy as np
from numpy.typing import NDArray

from bot.answering.citing.short_answer import fits
from bot.answering.judge.inputs import Task
from bot.answering.judge.judge import Judge, Window
from bot.answering.question.answer_kind import answer_kind
from bot.answering.ranking.evidence_model import OperatingPoint
from bot.evaluation.metrics import Bools, Floats
from bot.evaluation.verdicts import is_same_answer
from training.judge.sets import story_questions
from training.linear_models import probability
from training.report import Judged
from training.stories import Story

SHORT_ANSWER_PRECISION = 0.97
_VERDICT_PRECISION = 0.95
_FEWEST_SHORT, _FEWEST_VERDICTS = 40, 10  # needed to judge a threshold


def operating_point(p: Floats, sources: NDArray[np.str_], answerable: Bools) -> OperatingPoint:
    """Choose the threshold of the equal error rate: the share of unanswerable questions that are
    answered equals the share of answerable questions that are refused.

    It is computed on the tuning parts of our two question sets and on the stories; each of the
    three groups counts the same. The sum of both shares is flat around this point, so its minimum
    moves far when a single question changes; the equal error rate does not.
    """
    groups = [
        sources == "articles-tune",
        sources == "seed-tune",
        np.char.startswith(sources.astype(str), "story"),
    ]
    thresholds = np.arange(0.05, 0.95, 0.01)

    def gap(threshold: float) -> float:
        answered = [(p[g & ~answerable] >= threshold).mean() for g in groups]
        refused = [(p[g & answerable] < threshold).mean() for g in groups]
        return abs(float(np.mean(answered)) - float(np.mean(refused)))

    threshold = round(float(min(thresholds, key=gap)), 2)
    final = np.isin(sources, ["articles-final", "seed-final"])
    return OperatingPoint(
        threshold=threshold,
        short_answer=1.0,
        verdict=0.9,
        answered_unanswerable=round(float((p[final & ~answerable] >= threshold).mean()), 3),
        refused_answerable=round(float((p[final & answerable] < threshold).mean()), 3),
        questions=int(final.sum()),
    )


def short_answer_threshold(
    judged: list[Judged], firsts: list[int], p: Floats, point: OperatingPoint
) -> float:
    """Return the lowest confidence times span probability above which 97% of the short answers are
    right; 1.0 if there is none.

    It is judged on the stories' questions whose short answer is known or that have no answer.
    """
    sure, right = [], []
    for each, first, confidence in zip(judged, firsts, p, strict=True):
        example = each.row.example
        known = example.answers is not None or not example.answerable
        if not known or not example.source.startswith("story") or confidence < point.threshold:
            continue
        judgement = each.judgements[int(np.flatnonzero(each.chosen == first)[0])]
        if judgement.span is None:
            continue
        text = example.texts[first][judgement.span.start : judgement.span.end]
        if fits(answer_kind(example.question), example.question, text):
            sure.append(float(confidence) * judgement.span_probability)
            right.append(any(is_same_answer(text, answer) for answer in example.answers or ()))
    lowest = _lowest("short answers", sure, right, SHORT_ANSWER_PRECISION, _FEWEST_SHORT)
    return 1.0 if lowest is None else round(float(lowest), 3)


def verdict_threshold(judge: Judge) -> float:
    """Return the lowest probability of yes or no above which 95% of the verdicts are right; 0.999
    if there is none.

    It is judged on the answering sentences of the stories that the judge has not seen.
    """
    sure, right = [], []
    for _, story in story_questions(held_out=True):
        for each in story.questions:
            if each.verdict is None:
                continue
            window = _window_of(story, each.gold[0])
            ((judged,),) = judge.judge(Task.CLAIM, each.question, [window])
            sure.append(max(judged.supports, judged.contradicts))
            says = "yes" if judged.supports > judged.contradicts else "no"
            right.append(says == each.verdict)
    lowest = _lowest("verdicts", sure, right, _VERDICT_PRECISION, _FEWEST_VERDICTS)
    return 0.999 if lowest is None else round(float(probability(lowest)), 3)


def _lowest(
    name: str, sure: list[float], right: list[bool], precision: float, fewest: int
) -> np.float64 | None:
    """Return the lowest score above which this share is right, over more than `fewest` scores; None
    if there is none."""
    order = np.argsort(-np.array(sure))
    precisions = np.cumsum(np.array(right)[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero((precisions >= precision) & (np.arange(len(order)) >= fewest))
    kept = int(enough.max(initial=-1)) + 1
    print(f"{name}: {len(right)}, right {np.mean(right):.3f}, kept {kept}")
    return np.array(sure)[order][kept - 1] if kept else None


def _window_of(story: Story, place: str) -> Window:
    """Return the sentence at a place such as "b3", with the one before it."""
    article = next(each for each in story.articles if each.id == place[0])
    number = int(place[1:])
    before = article.sentences[max(0, number - 1) : number]
    return Window(article.title, (*before, article.sentences[number]), (len(before),))
