"""Which sentences the judge reads together: each candidate with the sentence before it, and
candidates that stand side by side in one window."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from bot.answering.judge.inputs import Task
from bot.answering.judge.judge import Judge, Judgement, Window

MAX_TOKENS = 160  # of a window's sentences; a longer window costs more than it explains


class WindowRange(NamedTuple):
    """The sentences `start` to `end` of one article, read for the candidates among them."""

    start: int
    end: int
    candidates: tuple[int, ...]


def window_ranges(
    candidates: Sequence[int], first: int, tokens: Mapping[int, int]
) -> list[WindowRange]:
    """The windows of one article, in its order. `candidates` and `first`, the article's first
    sentence, count as its rows; `tokens` is the length of each candidate and of the sentence
    before each."""
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
    """A sentence by its row; `article` and `first` are the rows of its article and of that
    article's first sentence."""

    row: int
    article: int
    first: int
    title: str


def windows_over(
    candidates: Sequence[Candidate],
    text_of: Callable[[int], str],
    tokens_in: Callable[[str], int],
) -> list[tuple[Window, list[int]]]:
    """The windows in which candidates are judged, each with the numbers of its candidates."""
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
    """The judgements of `count` candidates, by their numbers in `windows`."""
    judged = judge.judge(task, asked, [window for window, _ in windows])
    by_number = {
        number: judgement
        for (_, numbers), judgements in zip(windows, judged, strict=True)
        for number, judgement in zip(numbers, judgements, strict=True)
    }
    return [by_number[number] for number in range(count)]
