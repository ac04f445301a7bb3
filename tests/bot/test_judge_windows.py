"""The judge's windows: which sentences they contain, and how few windows suffice."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.judge.inputs import Task
from bot.answering.judge.judge import Judge, Window
from bot.answering.judge.model import load_judge
from bot.answering.judge.windows import (
    MAX_TOKENS,
    Candidate,
    WindowRange,
    judge_windows,
    window_ranges,
    windows_over,
)


class Corpus:
    """Articles whose sentences contain their row number and have a chosen length."""

    def __init__(self, articles: Sequence[Sequence[int]]) -> None:
        """Store the token count of each sentence; `articles` lists them article by article."""
        self.read: set[int] = set()
        self._lengths = [length for article in articles for length in article]
        self.candidates: list[Candidate] = []
        for number, article in enumerate(articles):
            first = len(self.candidates)
            self.candidates += [
                Candidate(first + place, number, first, f"article {number}")
                for place in range(len(article))
            ]

    def text(self, row: int) -> str:
        """Return the sentence at a row: its row number, once per token."""
        self.read.add(row)
        return " ".join([str(row)] * self._lengths[row])


def tokens_in(text: str) -> int:
    return len(text.split())


def row_of(sentence: str) -> int:
    return int(sentence.split()[0])


@st.composite
def chosen(draw: st.DrawFn) -> tuple[Corpus, list[Candidate]]:
    """Draw a corpus and some of its sentences in any order."""
    length = st.integers(1, 90) | st.integers(1, MAX_TOKENS + 40)
    corpus = Corpus(draw(st.lists(st.lists(length, min_size=1, max_size=12), max_size=4)))
    if not corpus.candidates:
        return corpus, []
    return corpus, draw(st.lists(st.sampled_from(corpus.candidates), unique=True))


@given(chosen())
def test_every_candidate_is_judged_in_exactly_one_window(
    given_: tuple[Corpus, list[Candidate]],
) -> None:
    corpus, candidates = given_
    windows = windows_over(candidates, corpus.text, tokens_in)
    judged = [number for _, numbers in windows for number in numbers]
    assert sorted(judged) == list(range(len(candidates)))
    for window, numbers in windows:
        rows = [row_of(window.sentences[place]) for place in window.candidates]
        assert rows == [candidates[number].row for number in numbers]


@given(chosen())
def test_a_window_holds_consecutive_sentences_of_one_article(
    given_: tuple[Corpus, list[Candidate]],
) -> None:
    corpus, candidates = given_
    for window, numbers in windows_over(candidates, corpus.text, tokens_in):
        rows = [row_of(sentence) for sentence in window.sentences]
        assert rows == list(range(rows[0], rows[-1] + 1))
        held = [corpus.candidates[row] for row in rows]
        assert {each.article for each in held} == {candidates[numbers[0]].article}
        assert {each.title for each in held} == {window.title}


@given(chosen())
def test_the_sentence_before_a_candidate_stands_before_it(
    given_: tuple[Corpus, list[Candidate]],
) -> None:
    corpus, candidates = given_
    for window, numbers in windows_over(candidates, corpus.text, tokens_in):
        for place, number in zip(window.candidates, numbers, strict=True):
            candidate = candidates[number]
            if candidate.row > candidate.first:
                assert place > 0
                assert row_of(window.sentences[place - 1]) == candidate.row - 1
            else:
                assert place == 0


@given(chosen())
def test_windows_end_with_a_candidate_and_keep_the_token_limit(
    given_: tuple[Corpus, list[Candidate]],
) -> None:
    corpus, candidates = given_
    for window, _ in windows_over(candidates, corpus.text, tokens_in):
        assert window.candidates[-1] == len(window.sentences) - 1
        length = sum(map(tokens_in, window.sentences))
        assert length <= MAX_TOKENS or len(window.candidates) == 1


@given(chosen())
def test_neighbours_share_a_window_where_it_has_room(
    given_: tuple[Corpus, list[Candidate]],
) -> None:
    corpus, candidates = given_
    windows = [window for window, _ in windows_over(candidates, corpus.text, tokens_in)]
    for one, other in pairwise(windows):
        start, end = row_of(one.sentences[0]), row_of(one.sentences[-1])
        place = row_of(other.sentences[other.candidates[0]])
        if one.title == other.title and place - end <= 2:
            length = sum(tokens_in(corpus.text(row)) for row in range(start, place + 1))
            assert length > MAX_TOKENS


@given(chosen())
def test_only_candidates_and_the_sentences_before_them_are_read(
    given_: tuple[Corpus, list[Candidate]],
) -> None:
    corpus, candidates = given_
    windows_over(candidates, corpus.text, tokens_in)
    rows = {each.row for each in candidates}
    assert corpus.read == rows | {each.row - 1 for each in candidates if each.row > each.first}


@pytest.mark.parametrize(
    ("candidates", "ranges"),
    [
        ([], []),
        ([10], [(10, 11, (10,))]),
        ([12], [(11, 13, (12,))]),
        ([12, 11], [(10, 13, (11, 12))]),
        ([11, 13], [(10, 14, (11, 13))]),
        ([11, 14], [(10, 12, (11,)), (13, 15, (14,))]),
        ([12, 12], [(11, 13, (12,))]),
    ],
)
def test_candidates_with_at_most_one_sentence_between_them_share_a_window(
    candidates: list[int], ranges: list[tuple[int, int, tuple[int, ...]]]
) -> None:
    tokens = dict.fromkeys(range(10, 15), 20)
    assert window_ranges(candidates, 10, tokens) == [WindowRange(*each) for each in ranges]


@pytest.mark.parametrize(("tokens", "windows"), [(MAX_TOKENS // 4, 1), (MAX_TOKENS // 4 + 1, 2)])
def test_a_window_is_full_at_the_token_limit(tokens: int, windows: int) -> None:
    assert len(window_ranges([1, 2, 3], 0, dict.fromkeys(range(4), tokens))) == windows


SENTENCES = (
    "The harbour bridge in Tarn closes on 4 May 2031.",
    "Mayor Ilse Brandt said that the repair will cost $12.5 million.",
    "She expects it to last two years.",
    "Ships wait outside.",
    "Tram drivers in Tarn went on strike on Monday.",
    "Union leader Omar Field asked for a raise of 6 percent.",
)


def test_judgements_keep_the_order_of_the_candidates() -> None:
    judge = Judge(load_judge())
    order = (5, 2, 0, 4, 1)
    candidates = [Candidate(row, row // 4, row // 4 * 4, f"article {row // 4}") for row in order]
    windows = windows_over(candidates, SENTENCES.__getitem__, judge.tokens_in)
    question = "How much does the repair cost?"
    found = judge_windows(judge, Task.QUESTION, question, windows, len(candidates))
    first, second = (
        Window("article 0", SENTENCES[:3], (0, 1, 2)),
        Window("article 1", SENTENCES[4:], (0, 1)),
    )
    ((a, b, c), (d, e)) = judge.judge(Task.QUESTION, question, [first, second])
    assert found == [e, c, a, d, b]
    assert len({each.answers for each in found}) == len(found)


def test_without_candidates_nothing_is_judged() -> None:
    assert windows_over([], SENTENCES.__getitem__, tokens_in) == []
    assert judge_windows(Judge(load_judge()), Task.QUESTION, "Why?", [], 0) == []
