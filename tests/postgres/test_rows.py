"""Numbers of rows, against a slow reference, and the cache of rows."""

from collections.abc import Mapping

import numpy as np
import pytest

from index.postgres.cache import RowCache
from index.postgres.rows import RowNumbers


@pytest.mark.parametrize("seed", range(20))
def test_rows_and_their_numbers_match_a_list(seed: int) -> None:
    """Some articles are in the order of their numbers, some have no row, some are closed."""
    random = np.random.default_rng(seed)
    counts = random.integers(0, 4, 30)
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    kept = np.flatnonzero(random.random(30) < 0.8)
    moved = random.random(len(kept)) < 0.1
    kept[moved] = random.permutation(kept[moved])
    numbers = RowNumbers(first[kept], counts[kept])
    listed = [first[each] + place for each in kept for place in range(counts[each])]
    owners = [row for row, each in enumerate(kept) for _ in range(counts[each])]
    every = np.arange(len(listed))
    assert len(numbers) == len(listed)
    assert numbers.numbers(every).tolist() == listed
    assert numbers.articles_of(every).tolist() == owners
    asked = np.arange(-1, counts.sum() + 2)
    expected = [listed.index(each) if each in listed else -1 for each in asked.tolist()]
    assert numbers.rows(asked).tolist() == expected
    within = [each for each in listed if 5 <= each < 30]
    assert numbers.count_between(5, 30) == len(within)
    assert numbers.end == max(listed, default=-1) + 1


def test_no_rows_have_no_numbers() -> None:
    none = RowNumbers(np.zeros(0, np.int64), np.zeros(0, np.int64))
    assert (len(none), none.end, none.rows(np.array([0, 5])).tolist()) == (0, 0, [-1, -1])


def test_a_cache_holds_what_its_rows_take_and_forgets_those_not_used_longest() -> None:
    fetched: list[int] = []

    def fetch(keys: list[int]) -> Mapping[int, str]:
        fetched.extend(keys)
        return {key: "x" * key for key in keys}

    cache: RowCache[int, str] = RowCache(10, fetch, len)
    for keys in ([4, 5], [4], [3], [4], [5]):
        assert cache.of(keys) == {key: "x" * key for key in keys}
    assert fetched == [4, 5, 3, 5]
    cache.keep({5: "xx", 6: "xxxx"})  # a smaller row takes the place of a larger one
    assert cache.of([4, 5, 6]) == {4: "xxxx", 5: "xx", 6: "xxxx"}
    assert fetched == [4, 5, 3, 5]
