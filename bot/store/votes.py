"""Votes on answers: one per person and answer, changeable."""

from typing import Literal

from bot.domain.errors import QuestionError, Refusal
from bot.store.database import Database

Vote = Literal[-1, 0, 1]


class Votes:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def vote(self, receipt_id: str, user_hash: str, vote: Literal[-1, 1]) -> Vote:
        """Record a vote and return the person's vote now. Repeating the same vote withdraws it,
        which gives 0. Raises QuestionError if the answer is no longer stored."""
        rows = await self._database.run(
            "INSERT INTO votes (receipt, voter, vote) SELECT id, ?, ? FROM receipts WHERE id = ?"
            " ON CONFLICT (receipt, voter) DO UPDATE"
            " SET vote = CASE votes.vote WHEN excluded.vote THEN 0 ELSE excluded.vote END"
            " RETURNING vote",
            user_hash,
            vote,
            receipt_id,
        )
        if not rows:
            raise QuestionError(Refusal.VOTE_GONE)
        now: Vote = rows[0][0]
        return now

    async def counts(self, receipt_id: str) -> tuple[int, int]:
        """Return the number of votes for the answer and of those against it."""
        [(up, down)] = await self._database.run(
            "SELECT count(*) FILTER (WHERE vote = 1), count(*) FILTER (WHERE vote = -1)"
            " FROM votes WHERE receipt = ?",
            receipt_id,
        )
        return up, down

    async def of_voter(self, voter: str) -> dict[str, int]:
        """Return all votes of a person, by receipt id; `voter` is the hash of their id."""
        rows = await self._database.run(
            "SELECT receipt, vote FROM votes WHERE voter = ? ORDER BY receipt", voter
        )
        return dict(rows)

    async def forget_voter(self, voter: str) -> int:
        """Delete all votes of a person; return how many there were."""
        return len(await self._database.run("DELETE FROM votes WHERE voter = ? RETURNING 1", voter))
