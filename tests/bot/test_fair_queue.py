"""Turns in the queue, against an obvious reference."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fair_queue import FairQueue

PUTS = st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from(["1", "2", None])))


def filled(puts: list[tuple[str | None, str | None]]) -> FairQueue[int]:
    queue: FairQueue[int] = FairQueue()
    for number, (server, asker) in enumerate(puts):
        queue.put(number, server, asker)
    return queue


def test_one_asker_of_many_questions_waits_for_the_others() -> None:
    queue = filled([("a", "1")] * 4 + [("a", "2"), ("b", "3")])
    assert list(queue) == [0, 5, 4, 1, 2, 3]


@given(PUTS)
def test_everything_comes_out_once_and_each_askers_in_order(
    puts: list[tuple[str | None, str | None]],
) -> None:
    queue = filled(puts)
    planned = list(queue)
    taken = [queue.pop() for _ in puts]
    assert planned == taken
    assert sorted(taken) == list(range(len(puts)))
    for party in set(puts):
        own = [number for number in taken if puts[number] == party]
        assert own == sorted(own)
    with pytest.raises(KeyError):
        queue.pop()


@given(PUTS)
def test_nobody_has_two_turns_while_another_server_waits_for_its_first(
    puts: list[tuple[str | None, str | None]],
) -> None:
    queue = filled(puts)
    servers = [puts[queue.pop()][0] for _ in puts]
    first_turns = servers[: len(set(servers))]
    assert len(set(first_turns)) == len(first_turns)


@given(PUTS, st.data())
def test_what_is_removed_is_gone_and_the_rest_keeps_its_order(
    puts: list[tuple[str | None, str | None]], data: st.DataObject
) -> None:
    queue = filled(puts)
    gone = data.draw(st.sets(st.sampled_from(range(len(puts)))) if puts else st.just(set()))
    for number in gone:
        assert queue.remove(number, *puts[number])
        assert not queue.remove(number, *puts[number])
    assert len(queue) == len(puts) - len(gone)
    left = list(queue)
    assert set(left) == set(range(len(puts))) - gone
    for party in set(puts):
        own = [number for number in left if puts[number] == party]
        assert own == sorted(own)
