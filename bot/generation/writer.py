"""Writing an answer: what a model makes of the evidence, as far as the evidence carries it.

Whatever goes wrong, and whenever, the answer is the one of quotes that is there already. What is
written is shown only once it is verified, sentence by sentence.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Self

from bot.answering.draft_sentence import Carried, Written
from bot.answering.pipeline import Receipt
from bot.domain.errors import BugError
from bot.domain.models import Trouble, Writing
from bot.generation.composition import Kept, with_written
from bot.generation.drafts import MOST_CITED, MOST_SENTENCES, Draft, DraftReader, DraftSentence
from bot.generation.errors import GenerationError
from bot.generation.jobs import Job, Jobs, Progress
from bot.generation.model import Model
from bot.generation.prompts import Offer, answer_messages
from bot.serving.service import OnDraft
from index.errors import ExpectedError
from prompts import chosen as chosen_prompts

_MOST_TOKENS = 600  # of a draft: twice four sentences of 40 words and the JSON around them
_MOMENT_S = 0.2  # what is there as soon needs no draft before it

Verify = Callable[[Written], Awaitable[Carried]]

_UNTRIED = "it is no whole sentence, or cites nothing that it was given"

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class AnswerProgress(Progress):
    """How many sentences of an answer the model has written, and those that are verified."""

    kept: list[Kept] = field(default_factory=list)
    sentences: int = 0


_Job = Job[AnswerProgress]


def _has_more(known: int, progress: AnswerProgress) -> bool:
    return len(progress.kept) > known


class Writer:
    """Lets a model write the answers that have evidence. Use as an async context manager."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._jobs = Jobs(AnswerProgress)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._jobs.close()

    async def write(
        self,
        receipt: Receipt,
        verify: Verify,
        within_s: float,
        *,
        asker: str | None = None,
        on_draft: OnDraft | None = None,
    ) -> Receipt:
        """The receipt with an answer that says what became of the writing; `asker` is who pays.
        `on_draft` is given the answer of quotes, which whoever waits has meanwhile, and then what
        there is of the written one as it grows. Raises nothing that is to be expected of a model
        or of the way to it; cancelling it leaves others their answer."""
        answer, started = receipt.answer, time.monotonic()
        key = (
            answer.question,
            answer.understood_as,
            receipt.generation.id,
            chosen_prompts().version,
        )

        async def write(job: _Job) -> None:
            await self._write(job, receipt, verify, asker)

        job = self._jobs.job(key, write)
        try:
            async with asyncio.timeout(within_s):
                await self._follow(job, receipt, on_draft)
            trouble = job.progress.trouble
        except TimeoutError:
            trouble = Trouble.SLOW
        done = self._as_far(receipt, job.progress, trouble)
        elapsed_ms = round(answer.elapsed_ms + (time.monotonic() - started) * 1000, 2)
        return replace(done, answer=done.answer.model_copy(update={"elapsed_ms": elapsed_ms}))

    async def _follow(self, job: _Job, receipt: Receipt, on_draft: OnDraft | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_MOMENT_S):
                await job.until(partial(_has_more, 0))
        while not job.ended:
            known = len(job.progress.kept)
            if on_draft:
                try:
                    await on_draft(self._as_far(receipt, job.progress, growing=True).answer)
                except Exception:  # it is the surface's own, and no reason to lose the answer
                    _log.warning("an answer could not be shown as it grows", exc_info=True)
                    on_draft = None
            await job.until(partial(_has_more, known))

    def _as_far(
        self,
        receipt: Receipt,
        progress: AnswerProgress,
        trouble: Trouble | None = None,
        *,
        growing: bool = False,
    ) -> Receipt:
        """With what is verified by now."""
        kept = tuple(progress.kept)
        writing = Writing(
            model=self._model.name,
            sentences=progress.sentences,
            verified=len(kept),
            trouble=trouble,
            growing=growing,
        )
        return with_written(receipt, kept, writing)

    async def _write(self, job: _Job, receipt: Receipt, verify: Verify, asker: str | None) -> None:
        progress = job.progress
        draft = await self._draft(job, receipt, verify, asker)
        if not draft.answerable:
            progress.kept.clear()
            progress.trouble = Trouble.UNANSWERED
        elif not progress.kept:
            progress.trouble = Trouble.UNVERIFIED

    async def _draft(self, job: _Job, receipt: Receipt, verify: Verify, asker: str | None) -> Draft:
        """Reads it as it comes. Each sentence is verified as soon as it is whole."""
        offer, reader = Offer(receipt), DraftReader()
        if not offer.evidence:
            raise GenerationError(Trouble.UNANSWERED)
        messages = answer_messages(receipt, offer)
        async with self._model.writing(messages, Draft, _MOST_TOKENS, asker=asker) as pieces:
            async for piece in pieces:
                for sentence in reader.feed(piece):
                    await self._take(job, sentence, offer, receipt, verify)
                if job.progress.sentences == MOST_SENTENCES:
                    break  # there are models that go on for ever
            draft, rest = reader.finish()
            for sentence in rest:
                await self._take(job, sentence, offer, receipt, verify)
        return draft

    async def _take(
        self, job: _Job, sentence: DraftSentence, offer: Offer, receipt: Receipt, verify: Verify
    ) -> None:
        progress = job.progress
        repeats = any(sentence.text == each.text for each in progress.kept)
        if progress.sentences >= MOST_SENTENCES or repeats:
            return
        progress.sentences += 1
        cited = offer.places(sentence.evidence[:MOST_CITED]) if sentence.is_whole else ()
        try:
            carried = await _carried(sentence.text, cited, offer, receipt, verify)
        except BugError as error:  # what is not verified does not leave
            _log.warning("a sentence could not be verified: %s", error)
            return
        except ExpectedError as error:  # there is no time for it, nor for those behind it
            raise GenerationError(Trouble.BUSY, str(error)) from error
        if carried.by:
            progress.kept.append(Kept(sentence.text, carried.by))
            await job.tell()
        else:
            _log.info("a sentence is not carried: %s", ", ".join(carried.why) or _UNTRIED)


async def _carried(
    sentence: str, cited: tuple[int, ...], offer: Offer, receipt: Receipt, verify: Verify
) -> Carried:
    """By what it cites; or by what it is a copy of, for small models take the number of the
    neighbour. Not by whatever else would carry it: of what cites wrong, a fifth of the sentences
    that did were not told there. One that cites nothing that there is was made up."""
    if not cited:
        return Carried(())
    written = Written(id=receipt.answer.id, question=sentence, receipt=receipt, evidence=cited)
    carried = await verify(written)
    if not carried.by and (copied := offer.copied(sentence)):
        by_copied = await verify(written.model_copy(update={"evidence": copied}))
        return by_copied if by_copied.by else carried
    return carried
