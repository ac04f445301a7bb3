"""Rewriting of follow-up questions by a language model, so that they can be read alone."""

import asyncio
import html
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from pydantic import BaseModel, ConfigDict

from bot.answering.question.follow_up import referenced_turns
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

_MOST_TOKENS = 150  # enough for a question of a hundred words

_log = logging.getLogger(__name__)


class Rewrite(BaseModel):
    """What the model is to write."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str


@dataclass(slots=True)
class RewriteProgress(Progress):
    """Progress of a rewrite. `question` is the usable rewrite, or "". `flaw` is the reason why the
    model's rewrite was rejected."""

    question: str = ""
    flaw: Flaw | None = None


class Rewriter:
    """Rewriter of follow-ups. It calls the model only for questions that refer to earlier turns.
    Use as an async context manager."""

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
        """Return the question with a rewrite, or unchanged. It stays unchanged if it refers to no
        earlier turn, if it or such a turn addresses a model, if the model is late or fails, or if
        the rewrite has a `Flaw`. Wait at most `within_s` seconds, or the rewriter's own limit if
        that is shorter. The request counts against the budget of `asker`."""
        turns = referenced_turns(plain(question.question), question.history)
        if not turns or _speaks_to_a_model(question.question, turns):
            return question

        async def write(job: Job[RewriteProgress]) -> None:
            await self._write(job.progress, question.question, turns, asker)

        job = self._jobs.job((question.question, turns, chosen_prompts().version), write)
        with suppress(TimeoutError):  # the job goes on, for the next identical question
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
    """Read the rewritten question from the model's output and undo its HTML escapes. Raises
    GenerationError if the output contains no question."""
    found = read_json(text)
    if found is None:  # some models write plain text instead of JSON
        found = {"question": text}
    question = found.get("question") if isinstance(found, dict) else None
    if not isinstance(question, str):
        raise GenerationError(Trouble.GARBLED, "its output is not a rewrite")
    return html.unescape(question).strip()
