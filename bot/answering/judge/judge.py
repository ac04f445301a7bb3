"""Judgements of sentences: does each one answer the question or support the claim, and in which
words?"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
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
    """Runner of the judge model, which caches the latest judgements. Safe to share between threads.

    The windows of one question are read in parallel, but only on cores that no other question
    uses: with a question for each core, every one is read on its own thread without a handover."""

    def __init__(self, model: JudgeModel, *, threads: int | None = None) -> None:
        self.model = model
        self._cores = threads or usable_cores()
        self._helpers = ThreadPoolExecutor(self._cores, "judging")
        self._lock = Lock()  # of the two that follow
        self._busy = 0  # cores that read
        self._known: OrderedDict[tuple[Task, str, Window], list[Judgement]] = OrderedDict()

    def judge(self, task: Task, asked: str, windows: Sequence[Window]) -> list[list[Judgement]]:
        """Judge the candidates of each window, in their order."""
        found = self._recall(task, asked, windows)
        read = self._read(
            task, asked, [each for each in dict.fromkeys(windows) if each not in found]
        )
        self._remember(task, asked, read)
        found |= read
        return [found[window] for window in windows]

    def tokens_in(self, text: str) -> int:
        """Count the tokens of a text."""
        return len(self.model.tokens(text).ids)

    def _recall(
        self, task: Task, asked: str, windows: Sequence[Window]
    ) -> dict[Window, list[Judgement]]:
        found = {}
        with self._lock:
            for window in windows:
                if (judged := self._known.get((task, asked, window))) is not None:
                    self._known.move_to_end((task, asked, window))
                    found[window] = judged
        return found

    def _remember(self, task: Task, asked: str, read: dict[Window, list[Judgement]]) -> None:
        with self._lock:
            for window, judged in read.items():
                self._known[task, asked, window] = judged
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)

    def _read(
        self, task: Task, asked: str, windows: Sequence[Window]
    ) -> dict[Window, list[Judgement]]:
        """Read distinct windows. If reading one fails, raise the error once no thread reads any."""
        judged: dict[Window, list[Judgement]] = {}
        # Longest first: the time in which only one core is busy is then shortest.
        order = iter(sorted(windows, key=lambda each: -sum(map(len, each.sentences))))

        def read_the_next() -> None:
            for window in order:
                judged[window] = self._judged(task, asked, window)

        with self._cores_for(len(windows)) as helping:
            futures: list[Future[None]] = []
            try:
                for _ in range(helping):
                    futures.append(self._helpers.submit(read_the_next))
                read_the_next()
            finally:
                for _ in order:  # after a failure, the helpers begin no other window
                    pass
                late = [future for future in futures if not future.cancel()]
                wait(late)  # they use their cores until then
            for future in late:
                future.result()
        return judged

    @contextmanager
    def _cores_for(self, windows: int) -> Iterator[int]:
        """Take a core for the calling thread, and as many free ones as can help it. Yield the
        number of these."""
        with self._lock:
            helping = max(min(windows, self._cores - self._busy) - 1, 0)
            self._busy += 1 + helping
        try:
            yield helping
        finally:
            with self._lock:
                self._busy -= 1 + helping

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
