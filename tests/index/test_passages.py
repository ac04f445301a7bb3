"""Passages: runs of whole sentences within a size limit."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from index.models import Span
from index.text.passages import MAX_CHARS, group_passages

_SIZES = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 120)), max_size=60)


def spans_of(sizes: list[tuple[int, int]]) -> list[Span]:
    """Build spans of these lengths, each after its gap."""
    spans, end = [], 0
    for gap, length in sizes:
        spans.append(Span(end + gap, end + gap + length))
        end += gap + length
    return spans


@given(_SIZES.map(spans_of), st.integers(1, 400))
def test_every_sentence_is_in_one_passage_in_order(spans: list[Span], limit: int) -> None:
    passages = group_passages(spans, limit)
    assert list(itertools.chain(*passages)) == list(range(len(spans)))
    assert all(passages)


@given(_SIZES.map(spans_of), st.integers(1, 400))
def test_a_passage_keeps_the_limit_and_is_filled(spans: list[Span], limit: int) -> None:
    passages = group_passages(spans, limit)
    for passage in passages:
        length = spans[passage[-1]].end - spans[passage[0]].start
        assert length <= limit or len(passage) == 1
    for passage, following in itertools.pairwise(passages):
        assert spans[following[0]].end - spans[passage[0]].start > limit


def test_the_limit_counts_the_gaps_between_sentences() -> None:
    half = MAX_CHARS // 2
    assert group_passages([Span(0, half), Span(half, MAX_CHARS)]) == [range(2)]
    apart = [Span(0, half), Span(half + 1, MAX_CHARS + 1)]
    assert group_passages(apart) == [range(1), range(1, 2)]


def test_no_sentences_make_no_passages() -> None:
    assert group_passages([]) == []
