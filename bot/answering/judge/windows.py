"""Windows for the judge: each candidate with the sentence before it. Adjacent candidates share
one."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from bot.answering.judge.inputs import Task
from bot.answering.judge.judge import Judge, Judgement, Window

MAX_TOKENS = 160  # of a window's sentences; a longer one costs time and adds little context


class WindowRange(NamedTuple):
    """The sentences from `start` to `end` (exclusive) of one article, and the candidates among
    them."""

    start: int
    end: int
    candidates: tuple[int, ...]


def window_ranges(
    candidates: Sequence[int], first: int, tokens: Mapping[int, int]
) -> list[WindowRange]:
    """Group the candidates of one article into windows, in article order. `candidates` and `first`,
    the article's first sentence, are rows in the same numbering. `tokens` maps each candidate and
    the sentence before it to its length in tokens."""
    ranges: list[WindowRange] = []
    for place in sorted(set(candidates)):
        last = ranges[-1] if ranges else None
        if last is not None and place - last.end <= 1:
            length = sum(tokens[i] for i in range(last.start, place + 1))
            if length <= MAX_TOKENS:
                ranges[-1] = WindowRange(last.start, place + 1, (*last.candidates, place))
                continue
        ranges.append(WindowRange(max(first, place - 1), place + 1, (place,)))
    return ranges


class Candidate(NamedTuple):
    """A sentence to judge. `row` is its own row, `article` the row of its article, and `first` the
    row of the article's first sentence."""

    row: int
    article: int
    first: int
    title: str


def windows_over(
    candidates: Sequence[Candidate],
    text_of: Callable[[int], str],
    tokens_in: Callable[[str], int],
) -> list[tuple[Window, list[int]]]:
    """Build the windows of the candidates. Each window comes with the indices of its candidates in
    `candidates`."""
    by_article: dict[int, list[int]] = {}
    for number, each in enumerate(candidates):
        by_article.setdefault(each.article, []).append(number)
    windows = []
    for numbers in by_article.values():
        by_row = {candidates[number].row: number for number in numbers}
        first, title = candidates[numbers[0]].first, candidates[numbers[0]].title
        texts = {
            row: text_of(row) for place in by_row for row in range(max(first, place - 1), place + 1)
        }
        lengths = {row: tokens_in(text) for row, text in texts.items()}
        for start, end, rows in window_ranges(list(by_row), first, lengths):
            window = Window(
                title,
                tuple(texts[row] for row in range(start, end)),
                tuple(row - start for row in rows),
            )
            windows.append((window, [by_row[row] for row in rows]))
    return windows


def judge_windows(
    judge: Judge, task: Task, asked: str, windows: Sequence[tuple[Window, list[int]]], count: int
) -> list[Judgement]:
    """Judge all windows. Return the judgements of the `count` candidates in their order."""
    judged = judge.judge(task, asked, [window for window, _ in windows])
    by_number = {
        number: judgement
        for (_, numbers), judgements in zip(windows, judged, strict=True)
        for number, judgement in zip(numbers, judgements, strict=True)
    }
    return [by_number[number] for number in range(count)]
