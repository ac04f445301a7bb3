"""Writing of answers by a model, as far as the evidence supports them.

If anything fails, at any time, the answer made of quotes remains. A written sentence is shown only
after it is verified.
"""

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Self

from bot.answering.draft_sentence import SentenceSupport, SentenceToVerify, Verify
from bot.answering.receipt import Receipt
from bot.domain.callbacks import OnDraft
from bot.domain.errors import BugError
from bot.domain.models import Trouble, Writing
from bot.generation.composition import VerifiedSentence, with_written
from bot.generation.drafts import MOST_CITED, MOST_SENTENCES, Draft, DraftReader, DraftSentence
from bot.generation.errors import GenerationError
from bot.generation.jobs import Job, Jobs, Progress
from bot.generation.model import Model
from bot.generation.prompts import Offer, answer_messages
from bot.wording.errors import error_line
from index.errors import ExpectedError
from prompts import chosen as chosen_prompts

_MOST_TOKENS = 600  # per draft: twice the size of four 40-word sentences in JSON
_MOMENT_S = 0.2  # seconds to wait before the first draft; a fast answer needs none


_UNTRIED = "it is not a whole sentence, or cites no sentence of the evidence"

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class AnswerProgress(Progress):
    """Progress of an answer: `sentences` counts the written ones, `kept` has the verified ones."""

    kept: list[VerifiedSentence] = field(default_factory=list)
    sentences: int = 0


_Job = Job[AnswerProgress]


def _has_more(known: int, progress: AnswerProgress) -> bool:
    return len(progress.kept) > known


class Writer:
    """Writer of answers, for questions that have evidence. Use as an async context manager."""

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
        """Return the receipt with the written answer; `answer.writing` says how the writing went.
        `on_draft` gets the answer so far each time it grows: first the quotes, then also the
        verified sentences. `asker` pays for the request. Failures of the model or its endpoint
        raise nothing: they become the `trouble`, as does a delay of more than `within_s` seconds.
        After a cancellation the job goes on for other askers."""
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
                except Exception:  # a failed display must not lose the answer
                    _log.warning("a growing answer could not be shown", exc_info=True)
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
        """Build the receipt from the sentences that are verified so far."""
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
        """Read the draft as it arrives and verify each sentence once it is complete. Raises
        GenerationError."""
        offer, reader = Offer(receipt), DraftReader()
        if not offer.evidence:
            raise GenerationError(Trouble.UNANSWERED)
        messages = answer_messages(receipt, offer)
        async with self._model.writing(messages, Draft, _MOST_TOKENS, asker=asker) as pieces:
            async for piece in pieces:
                for sentence in reader.feed(piece):
                    await self._take(job, sentence, offer, receipt, verify)
                if job.progress.sentences == MOST_SENTENCES:
                    break  # some models never stop
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
        except BugError as error:  # an unverified sentence is dropped
            _log.warning("a sentence could not be verified: %s", error_line(error))
            return
        except ExpectedError as error:  # no time for this sentence or the next ones
            raise GenerationError(Trouble.BUSY, error_line(error)) from error
        if carried.by:
            progress.kept.append(VerifiedSentence(sentence.text, carried.by))
            await job.tell()
        else:
            _log.info("a sentence is not supported: %s", ", ".join(carried.why) or _UNTRIED)


async def _carried(
    sentence: str, cited: tuple[int, ...], offer: Offer, receipt: Receipt, verify: Verify
) -> SentenceSupport:
    """Verify a sentence by the evidence it cites, else by evidence it copies word for word: small
    models cite the number of a neighbour. Never try other evidence: of the wrongly cited sentences
    that verification accepted with other evidence, a fifth were not stated there. A sentence
    without a valid citation counts as made up."""
    if not cited:
        return SentenceSupport(())
    drafted = SentenceToVerify(sentence, receipt, cited)
    carried = await verify(drafted)
    if not carried.by and (copied := offer.copied(sentence)):
        by_copied = await verify(replace(drafted, evidence=copied))
        return by_copied if by_copied.by else carried
    return carried
