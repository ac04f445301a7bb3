"""Follow-ups put by a model so that they need no conversation; else they stay as they are."""

import asyncio
import html
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from pydantic import BaseModel, ConfigDict

from bot.answering.question.follow_up import leant_on
from bot.answering.question.plain_question import plain
from bot.answering.question.rewrites import Flaw, flaw_in
from bot.answering.text.addressing import addresses_a_model
from bot.domain.models import Question, Rewritten, Trouble, Turn
from bot.generation.errors import GenerationError
from bot.generation.jobs import Job, Jobs, Progress
from bot.generation.loose_json import read_json
from bot.generation.model import Model
from bot.generation.prompts import rewrite_messages
from prompts import chosen as chosen_prompts

_MOST_TOKENS = 150  # a question of a hundred words

_log = logging.getLogger(__name__)


class Rewrite(BaseModel):
    """What the model is to write."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str


@dataclass(slots=True)
class RewriteProgress(Progress):
    """The rewrite, "" where there is none of use, and what was wrong with it then."""

    question: str = ""
    flaw: Flaw | None = None


class Rewriter:
    """Asks the model only for questions that lean on what was said before. Use as an async context
    manager."""

    def __init__(self, model: Model, within_s: float) -> None:
        self._model, self._within_s = model, within_s
        self._jobs = Jobs(RewriteProgress)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._jobs.close()

    async def rewrite(
        self, question: Question, within_s: float, *, asker: str | None = None
    ) -> Question:
        """The question with a rewrite, or as it is where it leans on nothing, where something in
        the conversation is addressed to a model, and where the model is late, fails, or asks for
        something else. `asker` is who pays."""
        turns = leant_on(plain(question.question), question.history)
        if not turns or _speaks_to_a_model(question.question, turns):
            return question

        async def write(job: Job[RewriteProgress]) -> None:
            await self._write(job.progress, question.question, turns, asker)

        job = self._jobs.job((question.question, turns, chosen_prompts().version), write)
        with suppress(TimeoutError):  # it goes on, for whoever asks the same again
            async with asyncio.timeout(min(within_s, self._within_s)):
                await job.until()
        if not job.progress.question:
            return question
        return Rewritten(**dict(question), standalone=job.progress.question)

    async def _write(
        self, progress: RewriteProgress, question: str, turns: Sequence[Turn], asker: str | None
    ) -> None:
        messages = rewrite_messages(question, turns)
        async with self._model.writing(
            messages, Rewrite, _MOST_TOKENS, asker=asker, within_s=self._within_s
        ) as pieces:
            rewrite = read_rewrite("".join([piece async for piece in pieces]))
        progress.flaw = flaw_in(rewrite, question, turns)
        if progress.flaw:
            _log.info("a rewrite is not used: %s", progress.flaw)
        else:
            progress.question = rewrite


def _speaks_to_a_model(question: str, turns: Sequence[Turn]) -> bool:
    said = (text for turn in turns for text in (turn.question, turn.answer))
    return any(addresses_a_model(text) for text in (question, *said))


def read_rewrite(text: str) -> str:
    """As it was before it was escaped for the model. Raises GenerationError where there is nothing
    that could be one."""
    found = read_json(text)
    if found is None:  # as some write it: plainly
        found = {"question": text}
    question = found.get("question") if isinstance(found, dict) else None
    if not isinstance(question, str):
        raise GenerationError(Trouble.GARBLED, "what it wrote is no rewrite")
    return html.unescape(question).strip()
