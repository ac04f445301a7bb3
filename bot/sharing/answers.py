"""Cache in Redis of answers that any process has computed, for identical questions."""

import hashlib
import json
import logging
import time
from functools import cache
from importlib.metadata import version

from bot.answering.citing.citations import CitationError
from bot.answering.citing.recall import StoredAnswer
from bot.answering.ranking.evidence_model import model_digest
from bot.domain.models import Answer, Question
from bot.monitoring.observer import Observer
from bot.sharing.link import RedisLink, RedisUnavailableError
from index.generations.live import LiveGeneration, LiveIndex

_KEPT_S = 3600
_LARGEST = 64_000  # bytes; an answer has about three thousand

_log = logging.getLogger(__name__)


class SharedAnswers:
    """Cache of answers in Redis. Its content is untrusted: each answer is checked against the
    articles before use. One that fails the check is computed again."""

    def __init__(self, link: RedisLink, live: LiveIndex, observer: Observer) -> None:
        self._link, self._live, self._observer = link, live, observer

    async def get(self, question: Question) -> Answer | None:
        """Return the cached answer. Return None if this question was not asked within the hour for
        the current generation and the same models, or if Redis is unavailable."""
        started, live = time.monotonic(), self._live.current
        try:
            # Limit the read: the value is untrusted and may be huge.
            data = await self._link.run(
                lambda: self._link.client.getrange(_key(live, question), 0, _LARGEST)
            )
        except RedisUnavailableError:
            return None
        if not data:
            return None
        try:
            recalled = StoredAnswer.model_validate_json(data)
            answer = recalled.answer(question.question, live.generation)
        except (ValueError, CitationError) as error:  # pydantic raises ValueErrors
            _log.warning("an answer from Redis is not used: %s", type(error).__name__)
            return None
        elapsed_s = time.monotonic() - started
        answer = answer.model_copy(
            update={"id": question.id, "elapsed_ms": round(elapsed_s * 1000, 2)}
        )
        self._observer.answered(answer, elapsed_s)
        return answer

    async def put(self, question: Question, answer: Answer) -> None:
        live, recalled = self._live.current, StoredAnswer.of(answer)
        if recalled is None or answer.generation != live.generation.id:
            return
        data = recalled.model_dump_json().encode()
        if len(data) > _LARGEST:
            return
        try:
            await self._link.run(
                lambda: self._link.client.set(_key(live, question), data, ex=_KEPT_S)
            )
        except RedisUnavailableError:
            return  # the link has reported it


def _key(live: LiveGeneration, question: Question) -> str:
    """Hash everything that an answer depends on, with the day of the question. Normalise whitespace
    in the question, because the answer does not depend on it."""
    turns = [(turn.question, turn.answer) for turn in question.history]
    asked = " ".join(question.question.split())
    models = [live.encoder.id, model_digest(), _version()]
    parts = [live.generation.id, *models, asked, turns, question.as_of, question.asked]
    return f"dealbot:answer:{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}"


@cache
def _version() -> str:
    return version("dealbot")
