"""The fair queue: every question comes out once, in each asker's order, and turns alternate between
askers."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.serving.fair_queue import FairQueue

Party = tuple[str | None, str | None]

PARTIES = st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from(["1", "2", None]))
PUTS = st.lists(PARTIES)


def filled(puts: Sequence[Party]) -> FairQueue[int]:
    queue: FairQueue[int] = FairQueue()
    for number, party in enumerate(puts):
        queue.put(number, *party)
    return queue


def emptied(queue: FairQueue[int]) -> list[int]:
    return [queue.pop() for _ in range(len(queue))]


def test_one_asker_of_many_questions_waits_for_the_others() -> None:
    queue = filled([("a", "1")] * 4 + [("a", "2"), ("b", "3")])
    assert emptied(queue) == [0, 5, 4, 1, 2, 3]


@given(PUTS)
def test_everything_comes_out_once_and_each_askers_in_order(puts: list[Party]) -> None:
    queue = filled(puts)
    taken = emptied(queue)
    assert sorted(taken) == list(range(len(puts)))
    for party in set(puts):
        own = [number for number in taken if puts[number] == party]
        assert own == sorted(own)
    with pytest.raises(KeyError):
        queue.pop()


@given(PUTS, st.data())
def test_whoever_goes_on_waiting_has_as_many_turns_as_the_others_but_one(
    puts: list[Party], data: st.DataObject
) -> None:
    # Questions come and go meanwhile; these servers and askers always have some waiting.
    queue = filled([("a", "1"), ("a", "2"), ("b", "3"), *puts])
    number, turns = len(puts) + 3, Counter[Party]()
    parties = [("a", "1"), ("a", "2"), ("b", "3"), *puts]
    for _ in range(data.draw(st.integers(0, 30))):
        party = parties[queue.pop()]
        turns[party] += 1
        for comes in [party] * (party[1] in {"1", "2", "3"}) + data.draw(st.lists(PARTIES)):
            queue.put(number, *comes)
            parties.append(comes)
            number += 1
    assert abs(turns["a", "1"] - turns["a", "2"]) <= 1
    of_server = Counter[str | None]()
    for (server, _), count in turns.items():
        of_server[server] += count
    assert abs(of_server["a"] - of_server["b"]) <= 1


@given(PUTS)
def test_the_place_that_is_told_is_the_one_that_comes_true(puts: list[Party]) -> None:
    queue = filled(puts)
    told = {queue.before(number, *party): number for number, party in enumerate(puts)}
    assert [told[place] for place in range(len(puts))] == emptied(queue)


@given(PUTS, st.data())
def test_what_is_removed_is_gone_and_the_rest_keeps_its_order(
    puts: list[Party], data: st.DataObject
) -> None:
    queue = filled(puts)
    gone = data.draw(st.sets(st.sampled_from(range(len(puts)))) if puts else st.just(set()))
    for number in gone:
        assert queue.remove(number, *puts[number])
        assert not queue.remove(number, *puts[number])
    assert len(queue) == len(puts) - len(gone)
    left = emptied(queue)
    assert set(left) == set(range(len(puts))) - gone
    for party in set(puts):
        own = [number for number in left if puts[number] == party]
        assert own == sorted(own)
