"""Judgements of sentences: does each one answer the question or support the claim, and in which
words?"""

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

_REMEMBERED = 4_096  # windows in the cache: about 6 MB, some hundred questions
_LONGEST_ANSWER = 24  # tokens


class Window(NamedTuple):
    """Consecutive sentences of one article. `candidates` holds the indices of the sentences to
    judge."""

    title: str
    sentences: tuple[str, ...]
    candidates: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The judge's scores of one sentence, in log-odds. `span` is its best short answer, in code
    points of the sentence. `span_probability` is the probability of that span if the sentence
    answers."""

    answers: float
    supports: float
    contradicts: float
    span: Span | None
    span_probability: float


class Judge:
    """Runner of the judge model. It reads windows in parallel on all cores, and caches the latest
    judgements."""

    def __init__(self, model: JudgeModel, *, threads: int | None = None) -> None:
        self.model = model
        self._threads = ThreadPoolExecutor(threads or usable_cores(), "judging")
        self._known: OrderedDict[tuple[Task, str, Window], list[Judgement]] = OrderedDict()

    def judge(self, task: Task, asked: str, windows: Sequence[Window]) -> list[list[Judgement]]:
        """Judge the candidates of each window, in their order. Call this from one thread only."""
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
        """Count the tokens of a text."""
        return len(self.model.tokens(text).ids)

    def _read(self, task: Task, asked: str, windows: Sequence[Window]) -> list[list[Judgement]]:
        if len(windows) == 1:  # a handover to another thread would take longer
            return [self._judged(task, asked, windows[0])]
        # Longest first: the time in which only one core is busy is then shortest.
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
    """Find the likeliest span of at most 24 tokens. Return its first and its last token, and its
    probability. `tokens` are logits of shape (tokens, 2) for the start and the end."""
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
