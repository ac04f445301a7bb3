"""Questions asked of the service with a model that writes, and the fate of each sentence it
wrote."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any

from pydantic import SecretStr

from benchmarks.generation.judgements import key_of
from benchmarks.generation.recorders import RecordingBackend, RecordingWriter, evidence_of
from bot.domain.models import Answer, Question, WrittenSentence
from bot.evaluation.questions import EvalQuestion
from bot.generation.budget import Budget, Caps, Prices
from bot.generation.drafts import DraftSentence, read_draft
from bot.generation.errors import GenerationError
from bot.generation.ledger import MemoryLedger
from bot.generation.model import Model
from bot.serving.service import AnswerService
from index.generations.live import LiveIndex

# Long enough that a slow machine yields the same sentences; the rows record the time taken.
_PATIENCE_S = 300.0
Row = dict[str, Any]


class Asked:
    """Service with a recording writer."""

    def __init__(
        self, service: AnswerService, backend: RecordingBackend, writer: RecordingWriter
    ) -> None:
        self._service, self._backend, self._writer = service, backend, writer

    async def row(self, question: EvalQuestion) -> Row | None:
        """Ask one question and return its row. Return None without evidence: then nothing is
        written."""
        self._backend.raw, self._writer.quoted = "", None
        asked = Question(question=question.question, history=question.history)
        started = perf_counter()
        answer = (await self._service.answer(asked)).answer
        elapsed_s = perf_counter() - started
        if self._writer.quoted is None:
            return None
        assert answer.writing is not None
        return {
            "id": question.id,
            "question": question.question,
            "answerable": question.answerable,
            "mode": str(answer.mode),
            "trouble": answer.writing.trouble,
            "seconds": round(elapsed_s, 2),
            "quoted_ms": round(self._writer.quoted.answer.elapsed_ms, 1),
            "quotes": _quotes(self._writer.quoted.answer),
            "raw": self._backend.raw,
            "sentences": self._sentences(answer),
        }

    def _sentences(self, answer: Answer) -> list[Row]:
        """Return a row for each sentence that could be read from the draft, with its evidence."""
        try:
            drafted = read_draft(self._backend.raw).sentences
        except GenerationError:
            drafted = ()
        by_text = {each.text: each for each in drafted}
        return [self._sentence(each, answer) for each in by_text.values()]

    def _sentence(self, drafted: DraftSentence, answer: Answer) -> Row:
        """Return the row of one sentence. A sentence that was kept is listed with its citations in
        the answer."""
        left = next((each for each in answer.written if each.text == drafted.text), None)
        evidence, why = self._removed(drafted) if left is None else (_quoted(answer, left), "")
        return {
            "key": key_of(drafted.text, evidence),
            "text": drafted.text,
            "kept": left is not None,
            "why": why,
            "evidence": evidence,
        }

    def _removed(self, drafted: DraftSentence) -> tuple[list[str], str]:
        """Return the evidence that a removed sentence cited, and the reason for its removal."""
        if drafted.text not in self._writer.tried:
            return [], "no whole sentence, cites nothing that it was given, or too late"
        written, carried = self._writer.tried[drafted.text]
        return evidence_of(written), ", ".join(carried.why) or "the model took it back"


@asynccontextmanager
async def opened(
    live: LiveIndex, url: str, name: str, key: SecretStr | None = None
) -> AsyncIterator[Asked]:
    """Open the service over this index, with the named model at this endpoint."""
    backend = RecordingBackend(url, name, key, _PATIENCE_S)
    for_nothing = Budget(Caps(), Prices(), MemoryLedger())
    writer = RecordingWriter(Model(backend, for_nothing, timeout_s=_PATIENCE_S, at_once=1))
    service = AnswerService(live, max_waiting=64, deadline_s=2 * _PATIENCE_S, writer=writer)
    async with backend, writer, service:
        yield Asked(service, backend, writer)


def _quotes(answer: Answer) -> list[str]:
    return [citation.quote for citation in answer.evidence]


def _quoted(answer: Answer, written: WrittenSentence) -> list[str]:
    return [each.quote for each in answer.citations if each.number in written.citations]
