"""Insights on demand, one at a time, in a thread of its own."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.domain.insights import Groups, Insights
from bot.domain.models import Answer, Citation
from bot.domain.outcomes import Outcome
from bot.insights.assembly import (
    disliked_answer,
    group_questions,
    group_sentences,
    over_time,
    total,
)
from bot.insights.coverage import coverage
from bot.insights.meanings import Vectors
from bot.insights.vectors import VectorCache
from bot.insights.views import InsightsViews
from bot.store import Store
from bot.store.asked import AskedQuestion, Scope
from index.encoder.encoder import Encoder
from index.generations.live import LiveGeneration

MOST_DAYS = 365
_MOST_QUESTIONS = 2_000
_MOST_DISLIKED = 20


class Live(Protocol):
    """Index that is served."""

    @property
    def current(self) -> LiveGeneration: ...


class InsightsService:
    """Insights about the questions in a store. They are made again once anything in the store has
    changed: a person who is forgotten is in no later insights."""

    def __init__(self, store: Store, live: Live, *, people: int) -> None:
        """Show words only where at least `people` different people asked."""
        self._store, self._live, self._people = store, live, people
        self._turn = asyncio.Lock()
        self._vectors, self._views = VectorCache(), InsightsViews()

    def close(self) -> None:
        """Stop the work in progress. Its caller gets a ServiceClosedError."""
        self._vectors.close()

    async def insights(
        self, days: int, *, server: int | None = None, channels: frozenset[int] | None = None
    ) -> Insights:
        """Make the insights of the last `days` days: of one server if given, with words and
        sentences from `channels` only if given. Unless something has changed, return those that
        were made less than a minute ago. Raises StoreError, and ServiceClosedError once the program
        stops."""
        async with self._turn:
            live = self._live.current
            wanted = days, server, channels, live.generation.id
            snapshot = await self._store.asked.snapshot()
            if made := self._views.get(wanted, snapshot):
                return made
            made = await self._make(scope_of(days, server, channels), live)
            self._views.add(wanted, snapshot, made)
            return made

    async def _make(self, scope: Scope, live: LiveGeneration) -> Insights:
        counts = await self._store.asked.counts(scope)
        cited = await self._store.asked.citations(scope)
        asked = await self._store.asked.newest(scope, _MOST_QUESTIONS)
        answers = await self._disliked(asked)
        step, periods = over_time(counts, scope.since.date(), scope.until.date())
        return Insights(
            server=scope.guild,
            since=scope.since,
            until=scope.until,
            totals=total(counts),
            step=step,
            over_time=periods,
            groups=await asyncio.to_thread(self._groups, asked, answers, live.encoder),
            coverage=await asyncio.to_thread(coverage, live.generation.texts, cited),
        )

    async def _disliked(
        self, asked: Sequence[AskedQuestion]
    ) -> Sequence[tuple[AskedQuestion, Answer]]:
        """Find the public answers with most thumbs down, newest first among equals."""
        worst = sorted((each for each in asked if each.public and each.down), key=_by_votes)
        found = [(each, await self._store.receipts.get(each.id)) for each in worst[:_MOST_DISLIKED]]
        return [(each, kept.answer) for each, kept in found if kept is not None]

    def _groups(
        self,
        asked: Sequence[AskedQuestion],
        disliked: Sequence[tuple[AskedQuestion, Answer]],
        encoder: Encoder,
    ) -> Groups:
        """Make the groups, which takes some seconds for 2,000 new questions."""

        def encode(texts: Sequence[str]) -> Vectors:
            return self._vectors.encode(texts, encoder)

        public = [each for each in asked if each.public]
        worded = [each for each in public if each.words]
        questions = group_questions(worded, self._people, encode)
        return Groups(
            considered=len(asked),
            whispered=len(asked) - len(public),
            wordless=len(public) - len(worded),
            people=self._people,
            hidden=questions.hidden,
            hidden_unanswered=questions.hidden_unanswered,
            unanswered=questions.unanswered,
            most_asked=questions.most_asked,
            unanswered_near=group_sentences(_sentences(public, answered=False), encode),
            most_given=group_sentences(_sentences(public, answered=True), encode),
            disliked=tuple(disliked_answer(*each, questions.names) for each in disliked),
        )


def scope_of(days: int, server: int | None, channels: frozenset[int] | None = None) -> Scope:
    """Return the scope of the last `days` days: whole days in UTC, the present one included."""
    now = datetime.now(UTC)
    since = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
    return Scope(since, now + timedelta(seconds=1), server, channels)


def _sentences(asked: Sequence[AskedQuestion], *, answered: bool) -> Sequence[Citation]:
    """Return the best sentences of the answers, or the closest ones of the abstentions."""
    return [
        each.sentence
        for each in asked
        if each.sentence and (each.outcome is not Outcome.ABSTAINED) is answered
    ]


def _by_votes(asked: AskedQuestion) -> tuple[int, float]:
    return -asked.down, -asked.created.timestamp()
