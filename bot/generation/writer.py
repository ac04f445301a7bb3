"""Writing an answer: what a model makes of the evidence, as far as the evidence carries it.

Whatever goes wrong, and whenever, the answer is the one of quotes that is there already. What is
written is shown only once it is verified, sentence by sentence.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Self

from openai.types.chat import ChatCompletionMessageParam

from bot.answering.pipeline import Receipt
from bot.generation.backend import Backend
from bot.generation.breaker import CircuitBreaker
from bot.generation.budget import Budget
from bot.generation.composing import Kept, with_written
from bot.generation.drafts import MOST_SENTENCES, Draft, DraftReader, DraftSentence
from bot.generation.errors import GenerationError, Trouble
from bot.generation.jobs import Job, Jobs, Progress
from bot.generation.prompting import Offer, answer_messages, estimated_tokens
from bot.models import Writing
from bot.service import OnDraft
from bot.written import Carried, Written
from index.errors import ExpectedError
from prompts import chosen as chosen_prompts

_MOST_TOKENS = 600  # of a draft: twice four sentences of 40 words and the JSON around them
_MOST_CITED = 4  # by one sentence: who cites all there is tells nothing of what carries it
_FOR_A_TURN = 0.5  # of the time that there is: a draft needs the rest

Verify = Callable[[Written], Awaitable[Carried]]

_log = logging.getLogger(__name__)


class Writer:
    """Lets a model write the answers that have evidence. Use as an async context manager."""

    def __init__(self, backend: Backend, budget: Budget, *, timeout_s: float, at_once: int) -> None:
        self._backend, self._budget, self._timeout_s = backend, budget, timeout_s
        self.breaker = CircuitBreaker()
        self._turns = asyncio.Semaphore(at_once)
        self._jobs = Jobs()

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

        async def write(job: Job) -> None:
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

    async def _follow(self, job: Job, receipt: Receipt, on_draft: OnDraft | None) -> None:
        while not job.ended:
            known = len(job.progress.kept)
            if on_draft:
                try:
                    await on_draft(self._as_far(receipt, job.progress, None).answer)
                except Exception:  # it is the surface's own, and no reason to lose the answer
                    _log.warning("an answer could not be shown as it grows", exc_info=True)
                    on_draft = None
            await job.news(known)

    def _as_far(self, receipt: Receipt, progress: Progress, trouble: Trouble | None) -> Receipt:
        """With what is verified by now."""
        kept = tuple(progress.kept)
        writing = Writing(
            model=self._backend.model,
            sentences=progress.sentences,
            verified=len(kept),
            trouble=trouble.value if trouble else "",
        )
        return with_written(receipt, kept, writing)

    async def _write(self, job: Job, receipt: Receipt, verify: Verify, asker: str | None) -> None:
        progress = job.progress
        try:
            with self.breaker.guard():
                async with self._turn(), self._in_time():
                    draft = await self._draft(job, receipt, verify, asker or "")
            if not draft.answerable:
                progress.kept.clear()
                progress.trouble = Trouble.UNANSWERED
            elif not progress.kept:
                progress.trouble = Trouble.UNVERIFIED
        except GenerationError as error:
            progress.trouble = error.reason
            _log.info("no answer was written: %s: %s", error.reason, error)
        except Exception:
            progress.trouble = Trouble.BUG
            _log.exception("a bug while an answer was written")

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._timeout_s * _FOR_A_TURN):
                await self._turns.acquire()
        except TimeoutError:
            raise GenerationError(Trouble.BUSY) from None
        try:
            yield
        finally:
            self._turns.release()

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._timeout_s):
                yield
        except TimeoutError:
            raise GenerationError(Trouble.SLOW) from None

    async def _draft(self, job: Job, receipt: Receipt, verify: Verify, asker: str) -> Draft:
        """Reads it as it comes. Each sentence is verified as soon as it is whole."""
        offer, reader = Offer(receipt), DraftReader()
        async with self._pieces(answer_messages(receipt, offer), asker) as pieces:
            async for piece in pieces:
                for sentence in reader.feed(piece):
                    await self._take(job, sentence, offer, receipt, verify)
                if job.progress.sentences == MOST_SENTENCES:
                    break  # there are models that go on for ever
        draft, rest = reader.finish()
        for sentence in rest:
            await self._take(job, sentence, offer, receipt, verify)
        return draft

    @asynccontextmanager
    async def _pieces(
        self, messages: Sequence[ChatCompletionMessageParam], asker: str
    ) -> AsyncIterator[AsyncIterator[str]]:
        """Of the draft, at the asker's cost."""
        async with self._budget.spending(
            asker, input_tokens=estimated_tokens(messages), most_output_tokens=_MOST_TOKENS
        ) as spending:
            pieces = self._backend.stream(messages, Draft, _MOST_TOKENS, spending.used)
            async with aclosing(pieces):
                yield pieces

    async def _take(
        self, job: Job, sentence: DraftSentence, offer: Offer, receipt: Receipt, verify: Verify
    ) -> None:
        progress = job.progress
        repeats = any(sentence.text == each.text for each in progress.kept)
        if progress.sentences >= MOST_SENTENCES or repeats:
            return
        progress.sentences += 1
        cited = offer.places(sentence.evidence[:_MOST_CITED])
        try:
            written = Written(question=sentence.text, receipt=receipt, evidence=cited)
            carried = await verify(written) if cited else Carried(())
        except ExpectedError as error:  # too busy, or a bug: what is not verified does not leave
            _log.info("a sentence could not be verified: %s", error)
            return
        if carried.by:
            progress.kept.append(Kept(sentence.text, carried.by))
            await job.tell()
        else:
            _log.info("a sentence is not carried: %s", ", ".join(carried.why) or "cites nothing")
