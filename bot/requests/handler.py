"""Handler of all requests from a network: limits, the answer, and its receipt."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from bot.answering.overview.grammar import overview_asked
from bot.answering.receipt import Receipt
from bot.answering.time.moments import dated
from bot.domain.callbacks import OnDraft, OnWait
from bot.domain.claims import Check, CheckRequest
from bot.domain.errors import (
    LimitedError,
    QuestionError,
    Refusal,
    ServiceClosedError,
    StoreError,
)
from bot.domain.models import Answer, OverviewKind, Question, check_question
from bot.domain.overviews import OverviewRequest
from bot.monitoring.logs import about, question_id
from bot.requests.capacity import CapacityLimiter
from bot.requests.limited_users import LimitedUsers
from bot.serving.limits import BROWSING, Allowance, Limiter
from bot.serving.service import AnswerService
from bot.sharing.answers import SharedAnswers
from bot.store import Store, StoredReceipt, new_id
from bot.store.recent import CONVERSATION

HISTORY_TURNS = 6
_Request = TypeVar("_Request", Question, CheckRequest, OverviewRequest)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asker:
    """Ids of the user who asks, of the channel, and of the server if there is one."""

    user: int
    channel: int
    server: int | None

    @property
    def user_key(self) -> str:
        """Name of the user in the queue."""
        return str(self.user)

    @property
    def server_key(self) -> str | None:
        """Name of the server in the queue; None if there is no server."""
        return None if self.server is None else str(self.server)


class RequestHandler:
    """Handler that takes requests until it closes.

    Each request is handled inside `visit`, so that `close` can wait for answers in progress."""

    def __init__(
        self,
        service: AnswerService,
        limiter: Limiter,
        store: Store,
        answers: SharedAnswers | None = None,
    ) -> None:
        self.service, self.store = service, store
        self._limiter, self._answers = limiter, answers
        self._browsing, self.limited = Limiter(BROWSING), LimitedUsers()
        # Requests that wait for a model are not in the queue, so the queue does not limit them.
        self.capacity = CapacityLimiter(None if service.has_writer else service.admission)
        self._closing = False

    @property
    def active(self) -> int:
        return self.capacity.inside

    @contextmanager
    def visit(self, asker: Asker, *, moderating: bool = False) -> Iterator[None]:
        """Admit a request during the block; the log names it by a new id, which its receipt gets.

        Raises ServiceClosedError once the handler closes, and ServiceBusyError if too many requests
        are inside: even refusing each one later takes time. With `moderating` (an admin command
        or a deletion) a request may use an extra slot."""
        if self._closing:
            raise ServiceClosedError(Refusal.RESTARTING)
        server = asker.user if asker.server is None else asker.server
        crowded = moderating and not self.capacity.has_room(server)
        slot = self.capacity.moderating() if crowded else self.capacity.slot(asker.user, server)
        with slot, about(new_id()):
            yield

    async def close(self, within_s: float, refusals_within_s: float = 1.5) -> None:
        """Admit no more requests, and wait up to `within_s` seconds for those inside.

        Then refuse the questions that still wait for their turn, and leave `refusals_within_s`
        seconds to send the refusals. The question in work has half of these for its answer."""
        self._closing = True
        self.service.wind_down()
        for wait_s, also_computed in ((within_s, False), (refusals_within_s / 2, True)):
            if await self.capacity.emptied(wait_s):
                return
            refusal = ServiceClosedError(Refusal.INTERRUPTED)
            self.service.refuse_waiting(refusal, also_computed=also_computed)
        await self.capacity.emptied(refusals_within_s / 2)

    async def admit(self, asker: Asker) -> None:
        """Count a question, or what costs as much. Raises LimitedError if a user, channel, server
        or overall limit is reached."""
        per_user = self._per_user(asker)
        try:
            await self._limiter.admit(asker.user, asker.channel, asker.server, per_user=per_user)
        except LimitedError as error:
            if error.code is Refusal.LIMIT_USER:
                self.limited.record(asker.user, asker.server)
            raise

    async def admit_browsing(self, asker: Asker) -> None:
        """Count a press of a button, a page or a list, which uses up no question. Raises
        LimitedError for a flood."""
        try:
            await self._browsing.admit(asker.user, asker.channel, asker.server)
        except LimitedError as error:
            raise LimitedError(Refusal.LIMIT_BROWSING, wait=error.details["wait"]) from error

    async def left(self, asker: Asker) -> list[Allowance]:
        """Return what the asker has left of each limit on their questions."""
        return await self._limiter.left(asker.user, asker.server, self._per_user(asker))

    def _per_user(self, asker: Asker) -> int | None:
        """Return the server's limit per user and minute; None for the bot's default."""
        if asker.server is None:
            return None
        return self.store.settings.get(asker.server).per_user_per_minute

    async def ask(
        self,
        question: Question,
        asker: Asker,
        *,
        private: bool,
        on_wait: OnWait | None = None,
        on_draft: OnDraft | None = None,
    ) -> StoredReceipt:
        """Answer the question and keep the receipt, which has the answer and its id, and the day of
        the question.

        Raises what `AnswerService.answer` raises. If the receipt cannot be kept, the answer is
        still returned."""
        question = dated(question)
        asked = None if question.as_of else overview_asked(question.question)
        if asked is not None and asked == OverviewRequest(kind=asked.kind, question=asked.question):
            return await self.overview(asked, asker, private=private, on_wait=on_wait)
        answer = await self._known_or_new(_identified(question), asker, on_wait, on_draft)
        self.capacity.record_outcome()
        return await self._kept(question, answer, asker, private=private)

    async def overview(
        self,
        request: OverviewRequest,
        asker: Asker,
        *,
        private: bool,
        on_wait: OnWait | None = None,
    ) -> StoredReceipt:
        """Say what is new or what happened, and keep the receipt, like `ask`.

        Without a start, a topic and an `as_of`, what is new is what is new since the asker last
        wanted to know it in this server. Raises what `AnswerService.overview` raises."""
        limits = (request.since, request.topic, request.as_of)
        if request.kind is OverviewKind.LATEST and not any(limits):
            request = await self._since_last_look(request, asker)
        receipt = await self.service.overview(
            _identified(request), asker=asker.user_key, server=asker.server_key, on_wait=on_wait
        )
        self.capacity.record_outcome()
        question = Question(question=request.question, as_of=request.as_of)
        return await self._kept(question, receipt.answer, asker, private=private)

    async def _since_last_look(self, request: OverviewRequest, asker: Asker) -> OverviewRequest:
        """Begin where the asker's last overview of what is new ended, if that is kept."""
        try:
            seen = await self.store.receipts.last_overview(
                self.store.asker(asker.user), asker.server, OverviewKind.LATEST
            )
        except StoreError as error:
            _log.info("the last overview of the asker is not known: %s", error)
            return request
        if seen is None:
            return request
        since = seen.created.isoformat(timespec="seconds")
        return request.model_copy(update={"since": since, "known": seen.answer.generation})

    async def _kept(
        self, question: Question, answer: Answer, asker: Asker, *, private: bool
    ) -> StoredReceipt:
        kept = StoredReceipt(
            id=answer.id,
            created=datetime.now(UTC),
            asker=self.store.asker(asker.user),
            guild=asker.server,
            channel=self.store.channel(asker.channel, asker.server),
            question=question,
            answer=answer,
            private=private,
        )
        try:
            await self.store.receipts.add(kept)
        except StoreError as error:  # bot.store.health.Health reports it, once
            _log.info("the receipt %s is not kept: %s", kept.id, error)
        return kept

    async def check(
        self, request: CheckRequest, asker: Asker, *, on_wait: OnWait | None = None
    ) -> Check:
        """Check a text. Raises what `AnswerService.check` raises."""
        check = await self.service.check(
            _identified(request), asker=asker.user_key, server=asker.server_key, on_wait=on_wait
        )
        self.capacity.record_outcome()
        return check

    async def answer_again(self, kept: StoredReceipt, asker: Asker) -> Receipt:
        """Answer the question of a receipt again, in quotes, with all ranked sentences.

        Raises QuestionError if the store does not have the question."""
        if kept.question is None:
            raise QuestionError(Refusal.NOT_KEPT)
        receipt = await self.service.quote(
            _identified(kept.question), asker=asker.user_key, server=asker.server_key
        )
        self.capacity.record_outcome()
        return receipt

    async def conversation(self, asker: Asker, *, of_all: bool = False) -> list[StoredReceipt]:
        """Return the latest receipts in the asker's channel, oldest first; none if the store fails.

        With `of_all` these are the receipts of all users, for a channel that is one conversation.
        Else they are the asker's own."""
        since = datetime.now(UTC) - CONVERSATION
        channel = self.store.channel(asker.channel, asker.server)
        by = None if of_all else self.store.asker(asker.user)
        try:
            return await self.store.receipts.recent(channel, since, HISTORY_TURNS, asker=by)
        except StoreError as error:
            _log.info("the conversation so far is not known: %s", error)
            return []

    async def _known_or_new(
        self,
        question: Question,
        asker: Asker,
        on_wait: OnWait | None,
        on_draft: OnDraft | None,
    ) -> Answer:
        if self._answers is None:
            return (await self._answer(question, asker, on_wait, on_draft)).answer
        check_question(question.question)
        if known := await self._answers.get(question):
            return known
        answer = (await self._answer(question, asker, on_wait)).answer
        await self._answers.put(question, answer)
        return answer

    async def _answer(
        self,
        question: Question,
        asker: Asker,
        on_wait: OnWait | None,
        on_draft: OnDraft | None = None,
    ) -> Receipt:
        return await self.service.answer(
            question,
            asker=asker.user_key,
            server=asker.server_key,
            on_wait=on_wait,
            on_draft=on_draft,
        )


def _identified(question: _Request) -> _Request:
    """Give the request the id under which the log has it."""
    return question.model_copy(update={"id": question_id() or new_id()})
