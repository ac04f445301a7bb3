"""Votes on answers: one per person and answer, changeable."""

from typing import Literal

from sqlalchemy import case, delete, literal, select

from bot.domain.errors import QuestionError, Refusal
from bot.store.database import Database
from bot.store.tables import receipts, votes

Vote = Literal[-1, 0, 1]


class Votes:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def vote(self, receipt_id: str, user_hash: str, vote: Literal[-1, 1]) -> Vote:
        """Record a vote and return the person's vote now. Repeating the same vote withdraws it,
        which gives 0. Raises QuestionError if the answer is no longer stored."""
        kept = select(
            receipts.c.id, literal(user_hash, votes.c.voter.type), literal(vote, votes.c.vote.type)
        ).where(receipts.c.id == receipt_id)
        voted = self._database.insert(votes).from_select(
            ["receipt", "voter", "vote"], kept.with_for_update(read=True, key_share=True)
        )
        now_voted = case((votes.c.vote == voted.excluded.vote, 0), else_=voted.excluded.vote)
        rows = await self._database.run(
            voted.on_conflict_do_update(
                index_elements=[votes.c.receipt, votes.c.voter], set_={"vote": now_voted}
            ).returning(votes.c.vote),
            by_user=True,
        )
        if not rows:
            raise QuestionError(Refusal.VOTE_GONE)
        now: Vote = rows[0][0]
        return now

    async def of_voter(self, voter: str) -> dict[str, int]:
        """Return all votes of a person, by receipt id; `voter` is the hash of their id."""
        rows = await self._database.run(
            select(votes.c.receipt, votes.c.vote)
            .where(votes.c.voter == voter)
            .order_by(votes.c.receipt)
        )
        return {row[0]: row[1] for row in rows}

    async def forget_voter(self, voter: str) -> int:
        """Delete all votes of a person; return how many there were."""
        theirs = delete(votes).where(votes.c.voter == voter)
        return len(await self._database.run(theirs.returning(votes.c.receipt)))
