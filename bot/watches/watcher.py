"""Watched questions: asked again after each update, and told only when the answer changes."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.answering.receipt import Receipt
from bot.answering.time.moments import dated
from bot.domain.errors import QuestionError, Refusal, ServiceClosedError
from bot.domain.known_answer import KnownAnswer
from bot.domain.models import Question
from bot.monitoring.observer import Observer
from bot.serving.jobs import ReanswerJob
from bot.serving.service import AnswerService
from bot.store import Store, new_id
from bot.store.watches import StoredWatch
from index.errors import ExpectedError
from index.generations.live import LiveIndex

EXPIRES_AFTER = timedelta(days=90)  # without a change
_CANDIDATES = 40  # sentences; a later answer from one of them is not news

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WatchLimits:
    """Most watches of one person and of one server."""

    per_person: int
    per_server: int


@dataclass(frozen=True, slots=True)
class WatchRequest:
    """Question to watch, who watches it, and the channel for messages; None for direct messages."""

    question: str
    watcher: int
    guild: int | None
    channel: int | None


class Watcher:
    """Watched questions over a service. `changed` is set when messages may have to be sent."""

    def __init__(
        self,
        live: LiveIndex,
        service: AnswerService,
        store: Store,
        limits: WatchLimits,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        observer: Observer | None = None,
    ) -> None:
        self._observer = observer or Observer()
        self._live, self._service, self._store = live, service, store
        self.limits, self._clock = limits, clock
        self.changed = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    async def add(self, request: WatchRequest) -> StoredWatch:
        """Answer the question and watch it from now on; return the watch with the answer.

        Raises QuestionError if the question cannot be watched or a limit is reached, what
        `AnswerService.answer` raises, and StoreError."""
        if not self.limits.per_person or (request.guild and not self.limits.per_server):
            raise QuestionError(Refusal.WATCHES_OFF)
        if not any(map(str.isalnum, request.question)):
            raise QuestionError(Refusal.WATCH_NO_QUESTION)
        receipt = await self._service.quote(
            Question(question=request.question, id=new_id()),
            asker=str(request.watcher),
            server=str(request.guild) if request.guild else None,
        )
        if receipt.answer.is_remark:
            raise QuestionError(Refusal.WATCH_NO_QUESTION)
        if receipt.answer.overview:
            raise QuestionError(Refusal.WATCH_OVERVIEW)
        if receipt.answer.as_of:
            raise QuestionError(Refusal.WATCH_TIMED)
        now = self._clock()
        watch = StoredWatch(
            id=new_id(),
            created=now,
            watcher=request.watcher,
            guild=request.guild,
            channel=request.channel,
            question=request.question,
            generation=receipt.generation.id,
            changed=now,
            told=_known(receipt),
        )
        if not await self._store.watches.add(
            watch, per_person=self.limits.per_person, per_server=self.limits.per_server
        ):
            raise await self._refusal(request)
        return watch

    async def ask_again(self) -> None:
        """Ask the watched questions that the live generation has not answered yet, and store the
        answers that changed.

        People's questions come first. A question that cannot be answered now is asked again the
        next time. Raises ServiceClosedError and StoreError."""
        async with self._one_at_a_time:
            to_tell = await self._store.watches.expire(self._clock() - EXPIRES_AFTER)
            asked: Counter[bool | None] = Counter()
            try:
                for watch in await self._store.watches.due(self._live.current.generation.id):
                    changed = await self._ask_again(watch)
                    asked[changed] += 1
                    to_tell |= changed is True
            finally:
                self._observer.watches_asked(asked[True], asked[False], asked[None])
                if to_tell:  # only now, so that one message tells all changes
                    self.changed.set()

    async def _ask_again(self, watch: StoredWatch) -> bool | None:
        """Ask a watched question again; return whether its answer has changed, None if it could
        not be answered."""
        question = dated(Question(question=watch.question, id=watch.id))
        job = ReanswerJob(question, watch.told)
        try:
            again = await self._service.run_behind(job)
        except ServiceClosedError:
            raise
        except ExpectedError as error:
            _log.warning("the watched question %s is asked again later: %r", watch.id, error)
            return None
        await self._store.watches.record(
            watch,
            again.receipt.generation.id,
            _known(again.receipt) if again.changed else None,
            self._clock(),
        )
        return again.changed

    async def _refusal(self, request: WatchRequest) -> QuestionError:
        watches, limits = self._store.watches, self.limits
        if len(await watches.of_watcher(request.watcher)) >= limits.per_person:
            return QuestionError(Refusal.WATCHES_OWN, most=limits.per_person)
        if request.guild and await watches.in_server(request.guild) >= limits.per_server:
            return QuestionError(Refusal.WATCHES_SERVER, most=limits.per_server)
        return QuestionError(Refusal.WATCH_KNOWN)


def _known(receipt: Receipt) -> KnownAnswer:
    return KnownAnswer(
        answer=receipt.answer,
        candidates=tuple(each.hit.sentence.text for each in receipt.ranked[:_CANDIDATES]),
    )
