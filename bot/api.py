"""The Python API of the bot: ask questions of an index and check claims, without a surface."""

from collections.abc import Sequence
from copy import copy
from threading import Lock
from typing import Self, TypeVar

from bot.answering.judge.model import load_judge_ahead
from bot.answering.overview.requests import overview_request
from bot.answering.time.moments import dated
from bot.domain.claims import Check, CheckRequest, check_text
from bot.domain.models import Answer, OverviewKind, Question, Turn, check_question
from bot.domain.overviews import OverviewRequest
from bot.serving.batches import BatchRunner
from bot.serving.jobs import CheckJob, Job, OverviewJob, QuestionJob
from bot.serving.service import AnswerService
from bot.wording.answers import put_in_words
from bot.wording.errors import worded_errors
from bot.wording.overviews import asked_in_words
from index.encoder.encoder import home_or_default
from index.errors import ExpectedError
from index.generations.live import LiveIndex
from index.models import AnyPath
from index.places import Index, index_named

_Outcome = TypeVar("_Outcome")
_MAX_WAITING, _DEADLINE_S = 1_000, 60.0


class Answerer:
    """Answerer of questions from an index, in the calling thread; concurrent calls run one by
    one."""

    def __init__(self, index: AnyPath, *, encoders: AnyPath | None = None) -> None:
        """Open the current generation of an index, a folder or the URL of a PostgreSQL database.

        `encoders` is the folder of adopted encoders, by default that of the Python environment.
        Raises ExpectedError, such as IndexMissingError or EncoderError, if it cannot be opened."""
        self._index = index_named(index)
        self._live = _open(self._index, encoders)
        self._runner, self._one_at_a_time = BatchRunner(), Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections to a database; a folder needs no closing."""
        self._index.close()

    def ask(self, question: str, history: Sequence[Turn] = (), *, as_of: str = "") -> Answer:
        """Answer a question; `history` is the conversation before it, oldest first. `as_of` is a
        date such as "2026-03-01": the answer is what was known then.

        An answer without evidence has the status "abstained". Raises QuestionError if the text is
        not a question that can be taken: empty, too long, or with control characters. Raises it
        also for an `as_of` that is no date, or is in the future."""
        with worded_errors():
            check_question(question)
            asked = dated(_question(question, history, as_of))
            return put_in_words(self._run(QuestionJob(asked)).answer)

    def latest(self, *, since: str = "", as_of: str = "") -> Answer:
        """List what is new, newest first: one exact sentence an article.

        `since` is a date such as "2026-03-01" or "last Friday"; without it these are the newest
        articles. `as_of` is as in `ask`. The citations of the answer are the entries; without any
        it has the status "abstained". Raises QuestionError for a date that cannot be read or is in
        the future."""
        return self._overview(OverviewKind.LATEST, "", since, as_of)

    def timeline(self, topic: str = "", *, since: str = "", as_of: str = "") -> Answer:
        """List what happened, oldest first: at most one exact sentence a day. With a `topic`, only
        days with a sentence about it are listed. The rest is as in `latest`."""
        return self._overview(OverviewKind.TIMELINE, topic, since, as_of)

    def check(self, text: str) -> Check:
        """Check each sentence of a text against the articles. Raises QuestionError for a text that
        is empty or too long."""
        with worded_errors():
            check_text(text)
            return self._run(CheckJob(CheckRequest(text=text)))

    def reload(self) -> None:
        """Switch to the generation that is current now, after a build. If it cannot be opened, the
        old one keeps answering and the error is raised."""
        with self._one_at_a_time:
            self._live.reload()

    def _overview(self, kind: OverviewKind, topic: str, since: str, as_of: str) -> Answer:
        with worded_errors():
            request = _overview_request(kind, topic, since, as_of)
            return put_in_words(self._run(OverviewJob(request)).answer)

    def _run(self, job: Job[_Outcome]) -> _Outcome:
        with self._one_at_a_time:
            [(_, outcome)] = self._runner.run(self._live.current, [job])
        if isinstance(outcome, ExpectedError):
            raise copy(outcome)  # the damage of an index, which all calls share, keeps no traceback
        result: _Outcome = outcome
        return result


class AsyncAnswerer:
    """Answerer of questions on an event loop; use it as an async context manager.

    Questions that wait at the same time are computed in one batch, on a thread."""

    def __init__(self, index: AnyPath, *, encoders: AnyPath | None = None) -> None:
        """Open the current generation of an index, like `Answerer`."""
        self._index = index_named(index)
        self._live = _open(self._index, encoders)
        self._service = AnswerService(self._live, max_waiting=_MAX_WAITING, deadline_s=_DEADLINE_S)

    async def __aenter__(self) -> Self:
        await self._service.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self._service.__aexit__()
        finally:
            self._index.close()

    async def ask(self, question: str, history: Sequence[Turn] = (), *, as_of: str = "") -> Answer:
        """Answer a question, like `Answerer.ask`.

        Also raises ServiceBusyError if 1,000 questions wait already, and DeadlineError after a
        minute."""
        with worded_errors():
            receipt = await self._service.answer(_question(question, history, as_of))
            return put_in_words(receipt.answer)

    async def latest(self, *, since: str = "", as_of: str = "") -> Answer:
        """List what is new, like `Answerer.latest`, with the errors of `ask`."""
        return await self._overview(OverviewKind.LATEST, "", since, as_of)

    async def timeline(self, topic: str = "", *, since: str = "", as_of: str = "") -> Answer:
        """List what happened, like `Answerer.timeline`, with the errors of `ask`."""
        return await self._overview(OverviewKind.TIMELINE, topic, since, as_of)

    async def _overview(self, kind: OverviewKind, topic: str, since: str, as_of: str) -> Answer:
        with worded_errors():
            request = _overview_request(kind, topic, since, as_of)
            return put_in_words((await self._service.overview(request)).answer)

    async def check(self, text: str) -> Check:
        """Check a text, like `Answerer.check`, with the errors of `ask`."""
        with worded_errors():
            return await self._service.check(CheckRequest(text=text))

    def reload(self) -> None:
        """Reload, like `Answerer.reload`; the current batch finishes on the old generation."""
        self._live.reload()


def _open(index: Index, encoders: AnyPath | None) -> LiveIndex:
    """Open the current generation. If that fails, close the connections to a database."""
    load_judge_ahead()
    try:
        return LiveIndex(index, home_or_default(encoders))
    except BaseException:
        index.close()
        raise


def _overview_request(kind: OverviewKind, topic: str, since: str, as_of: str) -> OverviewRequest:
    request = overview_request(kind, topic=topic, since=since, as_of=as_of)
    return request.model_copy(update={"question": asked_in_words(request)})


def _question(question: str, history: Sequence[Turn], as_of: str) -> Question:
    return Question(question=question, history=tuple(history), as_of=as_of)
