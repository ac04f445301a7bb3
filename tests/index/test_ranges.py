"""Several ranges at a time, against a loop over them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.ranges import in_order, in_ranges, run_begins, starts_of


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9))))
def test_the_places_are_those_of_each_range(ranges: list[tuple[int, int]]) -> None:
    table = np.array(ranges, np.int64).reshape(-1, 2)
    expected = [place for start, length in ranges for place in range(start, start + length)]
    assert in_ranges(*table.T).tolist() == expected
    assert starts_of(table[:, 1]).tolist() == [sum(table[:i, 1]) for i in range(len(table) + 1)]


@given(st.lists(st.integers(0, 5), min_size=1))
def test_a_run_begins_where_a_number_is_new(numbers: list[int]) -> None:
    numbers.sort()
    begins = np.flatnonzero(run_begins(np.array(numbers)))
    assert [numbers[place] for place in begins] == sorted(set(numbers))


@given(st.lists(st.integers(0, 9)))
def test_numbers_in_order_are_listed_at_their_first_appearance(numbers: list[int]) -> None:
    assert in_order(np.array(numbers, np.int64)).tolist() == list(dict.fromkeys(numbers))
