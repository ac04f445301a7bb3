"""Votes: one per user and answer, which can be changed and withdrawn."""

import asyncio
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import QuestionError
from bot.store import Store, new_id
from bot.store.votes import Vote
from bot.wording.errors import worded_errors
from tests.store.conftest import kept
from tests.store.outside import votes_on


async def test_a_vote_is_given_changed_and_taken_back(store: Store) -> None:
    receipt = kept()
    await store.receipts.add(receipt)
    votes: list[tuple[Literal[-1, 1], Vote, tuple[int, int]]] = [
        (1, 1, (1, 0)),
        (-1, -1, (0, 1)),
        (-1, 0, (0, 0)),
        (-1, -1, (0, 1)),
        (1, 1, (1, 0)),
    ]
    for vote, now, counts in votes:
        assert await store.votes.vote(receipt.id, "someone", vote) == now
        assert await votes_on(store, receipt.id) == counts


async def test_a_vote_on_what_is_no_longer_kept_is_refused_in_words(store: Store) -> None:
    with pytest.raises(QuestionError, match="no longer kept"), worded_errors():
        await store.votes.vote(new_id(), "someone", 1)
    assert await votes_on(store, new_id()) == (0, 0)


async def test_votes_at_the_same_moment_all_count(store: Store) -> None:
    receipt = kept()
    await store.receipts.add(receipt)
    await asyncio.gather(*(store.votes.vote(receipt.id, f"user {n % 50}", 1) for n in range(150)))
    # each user votes three times: given, withdrawn, given
    assert await votes_on(store, receipt.id) == (50, 0)


Ballot = tuple[Literal[0, 1], str, Literal[-1, 1]]
ballots = st.tuples(st.sampled_from([0, 1]), st.sampled_from("abc"), st.sampled_from([-1, 1]))


@settings(max_examples=30, deadline=None)
@given(cast=st.lists(ballots, max_size=20))
def test_votes_are_those_of_a_slow_obvious_count(
    tmp_path_factory: pytest.TempPathFactory, cast: list[Ballot]
) -> None:
    async def vote() -> None:
        path = tmp_path_factory.mktemp("votes") / "store.sqlite3"
        async with Store.open(path) as store:
            receipts = [kept(), kept()]
            for receipt in receipts:
                await store.receipts.add(receipt)
            held: dict[tuple[int, str], int] = {}
            for which, voter, vote in cast:
                now: int = 0 if held.get((which, voter)) == vote else vote
                held[which, voter] = now
                assert await store.votes.vote(receipts[which].id, voter, vote) == now
            for number, receipt in enumerate(receipts):
                votes = [vote for (of, _), vote in held.items() if of == number]
                assert await votes_on(store, receipt.id) == (votes.count(1), votes.count(-1))

    asyncio.run(vote())
