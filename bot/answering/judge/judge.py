"""Judging sentences: does each answer the question, or carry the claim, and with which words."""

from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bot.answering.judge.inputs import Task
from bot.answering.judge.model import JudgeModel, LayoutLogits, Logits
from index.machine import usable_cores
from index.models import Span

_REMEMBERED = 4_096  # windows, about 6 MB: those of some hundred questions
_LONGEST_ANSWER = 24  # tokens


class Window(NamedTuple):
    """Consecutive sentences of one article; `candidates` are the places of those to be judged."""

    title: str
    sentences: tuple[str, ...]
    candidates: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The judge's view of one sentence, in log-odds. `span` is its best short answer, in code
    points of the sentence, and `span_probability` how likely that is where the sentence answers."""

    answers: float
    supports: float
    contradicts: float
    span: Span | None
    span_probability: float


class Judge:
    """Judges windows side by side on all cores, and remembers what it judged last."""

    def __init__(self, model: JudgeModel, *, threads: int | None = None) -> None:
        self.model = model
        self._threads = ThreadPoolExecutor(threads or usable_cores(), "judging")
        self._known: OrderedDict[tuple[Task, str, Window], list[Judgement]] = OrderedDict()

    def judge(self, task: Task, asked: str, windows: Sequence[Window]) -> list[list[Judgement]]:
        """For each window its candidates' judgements, in their order. One thread calls this."""
        unknown = [w for w in windows if (task, asked, w) not in self._known]
        for window, judged in zip(unknown, self._read(task, asked, unknown), strict=True):
            self._known[task, asked, window] = judged
        found = []
        for window in windows:
            self._known.move_to_end((task, asked, window))
            found.append(self._known[task, asked, window])
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return found

    def tokens_in(self, text: str) -> int:
        """How many tokens a text has."""
        return len(self.model.tokens(text).ids)

    def _read(self, task: Task, asked: str, windows: Sequence[Window]) -> list[list[Judgement]]:
        if len(windows) == 1:  # on this thread: handing it over would take longer
            return [self._judged(task, asked, windows[0])]
        # The longest first: the last to be read then keeps one core the shortest time alone.
        order = sorted(range(len(windows)), key=lambda i: -sum(map(len, windows[i].sentences)))
        futures = {i: self._threads.submit(self._judged, task, asked, windows[i]) for i in order}
        return [futures[i].result() for i in range(len(windows))]

    def _judged(self, task: Task, asked: str, window: Window) -> list[Judgement]:
        layout = self.model.layout(task, asked, window.title, window.sentences)
        logits = self.model.read(layout)
        return [
            self._judgement(logits, place, window.sentences[place], layout.bounds[place])
            for place in window.candidates
        ]

    def _judgement(
        self, logits: LayoutLogits, place: int, sentence: str, bounds: tuple[int, int]
    ) -> Judgement:
        start, end = bounds
        span, probability = None, 0.0
        if end > start:
            (first, last), probability = best_span(logits.tokens[start:end])
            offsets = self.model.tokens(sentence).offsets
            span = Span(offsets[first][0], offsets[last][1])
        answers, supports, contradicts = map(float, logits.sentences[place])
        return Judgement(answers, supports, contradicts, span, probability)


def best_span(tokens: Logits) -> tuple[tuple[int, int], float]:
    """The first and the last token of the likeliest span of at most 24 tokens, and its
    probability. `tokens` are logits (tokens, 2) for where it starts and ends."""
    starts, ends = _log_softmax(tokens[:, 0]), _log_softmax(tokens[:, 1])
    table = starts[:, None] + ends[None, :]
    count = len(tokens)
    length = np.arange(count)[None, :] - np.arange(count)[:, None]
    table = np.where((length >= 0) & (length < _LONGEST_ANSWER), table, -np.inf)
    first, last = divmod(int(table.argmax()), count)
    return (first, last), float(np.exp(table[first, last]))


def _log_softmax(logits: Logits) -> Logits:
    shifted: Logits = logits - logits.max()
    result: Logits = shifted - np.log(np.exp(shifted).sum())
    return result
