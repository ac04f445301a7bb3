"""Answers that another process has computed, for whoever asks the same again."""

import hashlib
import json
import logging
import time
from functools import cache
from importlib.metadata import version

from bot.answering.citing.citations import CitationError
from bot.answering.citing.recall import Recalled
from bot.answering.ranking.evidence_model import model_digest
from bot.domain.models import Answer, Question
from bot.monitoring.observer import Observer
from bot.sharing.link import AwayError, Link
from index.generations.live import LiveGeneration, LiveIndex

_KEPT_S = 3600
_LARGEST = 64_000  # bytes; an answer has about three thousand

_log = logging.getLogger(__name__)


class SharedAnswers:
    """What comes from Redis is as untrusted as a question: each answer is checked against the
    articles before it is used, and what fails is computed anew."""

    def __init__(self, link: Link, live: LiveIndex, observer: Observer) -> None:
        self._link, self._live, self._observer = link, live, observer

    async def get(self, question: Question) -> Answer | None:
        """None where nobody has asked this of the generation that answers now, by the same
        models, within the hour; or where Redis is away."""
        started, live = time.monotonic(), self._live.current
        try:
            # Not all of it, whatever it is.
            data = await self._link.run(
                lambda: self._link.client.getrange(_key(live, question), 0, _LARGEST)
            )
        except AwayError:
            return None
        if not data:
            return None
        try:
            recalled = Recalled.model_validate_json(data)
            answer = recalled.answer(question.question, live.generation)
        except (ValueError, CitationError) as error:  # pydantic's are of the first kind
            _log.warning("an answer from Redis is not used: %s", type(error).__name__)
            return None
        elapsed_s = time.monotonic() - started
        answer = answer.model_copy(
            update={"id": question.id, "elapsed_ms": round(elapsed_s * 1000, 2)}
        )
        self._observer.answered(answer, elapsed_s)
        return answer

    async def put(self, question: Question, answer: Answer) -> None:
        live, recalled = self._live.current, Recalled.of(answer)
        if recalled is None or answer.generation != live.generation.id:
            return
        data = recalled.model_dump_json().encode()
        if len(data) > _LARGEST:
            return
        try:
            await self._link.run(
                lambda: self._link.client.set(_key(live, question), data, ex=_KEPT_S)
            )
        except AwayError:
            return  # told by the link


def _key(live: LiveGeneration, question: Question) -> str:
    """Of all that an answer depends on. Of the question's spaces it does not."""
    turns = [(turn.question, turn.answer) for turn in question.history]
    asked = " ".join(question.question.split())
    parts = [live.generation.id, live.encoder.id, model_digest(), _version(), asked, turns]
    return f"dealbot:answer:{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}"


@cache
def _version() -> str:
    return version("dealbot")
