"""One entrance for all who ask over a network: limits, the answer, and its receipt kept."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from bot.answering.pipeline import Receipt
from bot.domain.claims import Check, Claims
from bot.domain.errors import QuestionError, ServiceClosedError, StoreError
from bot.domain.models import Answer, Question, Status, Turn, check_question
from bot.monitoring.logs import about, question_id
from bot.requests.capacity import Door
from bot.serving.limits import Limiter
from bot.serving.service import AnswerService, OnDraft, OnWait
from bot.sharing.answers import SharedAnswers
from bot.store import Kept, Store, new_id
from bot.store.recent import CONVERSATION
from prompts import text as prompt_text

_HISTORY_TURNS = 6
_TELLING_S = 1.5

_Asked = TypeVar("_Asked", bound=Question)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and where: the ids of a user, a channel, and a server where there is one."""

    user: int
    channel: int
    server: int | None


class Desk:
    """Takes questions until it closes. Whatever handles a question does it inside `visit`, so
    that closing can wait for answers that are still on their way."""

    def __init__(
        self,
        service: AnswerService,
        limiter: Limiter,
        store: Store,
        answers: SharedAnswers | None = None,
    ) -> None:
        self.service, self.store = service, store
        self._limiter, self._answers = limiter, answers
        # Who waits for a model takes no place in the queue, which then says nothing of the room.
        self.door = Door(None if service.has_writer else service.admission)
        self._closing = False

    @property
    def visitors(self) -> int:
        return self.door.inside

    @contextmanager
    def visit(self, asker: Asker, *, keeping_order: bool = False) -> Iterator[None]:
        """Raises, in words, ServiceClosedError once the desk closes, and ServiceBusyError where too
        many are inside, for even to refuse each one later takes time. Who keeps order is let in
        all the same. Inside, the log names the question by an id, which its receipt gets."""
        if self._closing:
            raise ServiceClosedError(prompt_text("refusals.restarting"))
        server = asker.user if asker.server is None else asker.server
        crowded = keeping_order and not self.door.has_room(server)
        way = self.door.keeping_order() if crowded else self.door.passing(asker.user, server)
        with way, about(new_id()):
            yield

    async def close(self, within_s: float) -> None:
        """Takes nobody in any more, and waits for those inside, but not longer than this: then
        what still waits for its turn is refused, in words, and a moment left for telling so."""
        self._closing = True
        if not await self.door.emptied(within_s):
            self.service.refuse_waiting()
            await self.door.emptied(_TELLING_S)

    async def admit(self, asker: Asker) -> None:
        """Raises LimitedError where this would be too much from a user, in a channel, in a server
        or of all together."""
        per_user = None
        if asker.server is not None:
            per_user = self.store.settings.get(asker.server).per_user_per_minute
        await self._limiter.admit(asker.user, asker.channel, asker.server, per_user=per_user)

    async def ask(
        self,
        question: Question,
        asker: Asker,
        *,
        private: bool,
        on_wait: OnWait | None = None,
        on_draft: OnDraft | None = None,
    ) -> Kept:
        """The answer with the id of its receipt. Raises what `AnswerService.answer` raises. An
        answer whose receipt cannot be kept is an answer still."""
        answer = await self._known_or_new(question, asker, on_wait, on_draft)
        kept = Kept(
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
        except StoreError as error:  # told where all sees it, once: see `Health`
            _log.info("the receipt %s is not kept: %s", kept.id, error)
        return kept

    async def check(self, claims: Claims, asker: Asker, *, on_wait: OnWait | None = None) -> Check:
        """Raises what `AnswerService.check` raises."""
        return await self.service.check(
            _identified(claims), asker=str(asker.user), server=_server(asker), on_wait=on_wait
        )

    async def again(self, kept: Kept, asker: Asker) -> Receipt:
        """What is known now of the question of a receipt, with all ranked sentences. Raises
        QuestionError where the question is not known any more."""
        if kept.question is None:
            raise QuestionError(prompt_text("not_kept"))
        return await self.service.quote(
            _identified(kept.question), asker=str(asker.user), server=_server(asker)
        )

    async def conversation(self, asker: Asker, *, of_all: bool = False) -> tuple[Turn, ...]:
        """What was asked and answered in the asker's channel lately, oldest first: by all, where
        the channel is one conversation, or by the asker alone. Nothing where the store fails."""
        since = datetime.now(UTC) - CONVERSATION
        channel = self.store.channel(asker.channel, asker.server)
        by = None if of_all else self.store.asker(asker.user)
        try:
            recent = await self.store.receipts.recent(channel, since, _HISTORY_TURNS, asker=by)
        except StoreError as error:
            _log.info("what was said before is not known: %s", error)
            return ()
        return tuple(turn for kept in recent for turn in _turns(kept))

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
        asked = question.model_copy(update={"id": question_id() or new_id()})
        if known := await self._answers.get(asked):
            return known
        answer = (await self._answer(asked, asker, on_wait)).answer
        await self._answers.put(asked, answer)
        return answer

    async def _answer(
        self,
        question: Question,
        asker: Asker,
        on_wait: OnWait | None,
        on_draft: OnDraft | None = None,
    ) -> Receipt:
        return await self.service.answer(
            _identified(question),
            asker=str(asker.user),
            server=_server(asker),
            on_wait=on_wait,
            on_draft=on_draft,
        )


def _identified(question: _Asked) -> _Asked:
    """With the id that the log has it under."""
    return question.model_copy(update={"id": question_id() or new_id()})


def _server(asker: Asker) -> str | None:
    return None if asker.server is None else str(asker.server)


def after(kept: Kept) -> tuple[Turn, ...]:
    """The conversation up to and with a receipt: the history of a question that replies to it.
    None where its question is not known any more."""
    before = kept.question.history if kept.question else ()
    return (*before, *_turns(kept))[-_HISTORY_TURNS:]


def _turns(kept: Kept) -> tuple[Turn, ...]:
    """A receipt as a part of the conversation, if its question is known."""
    if kept.question is None:
        return ()
    answered = kept.answer.status is Status.ANSWERED
    answer = kept.answer.text if answered else ""
    return (Turn(question=kept.question.question, answer=answer),)
