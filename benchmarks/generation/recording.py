"""The backend and the writer as they are, with what went through them kept."""

from collections.abc import AsyncIterator
from typing import Any

from bot.answering.draft_sentence import Carried, Written
from bot.answering.pipeline import Receipt
from bot.generation.backend import Backend
from bot.generation.writer import Verify, Writer


class RecordingBackend(Backend):
    """`raw` is what the model wrote last; nothing where it was not asked."""

    raw = ""

    async def stream(self, *given: Any, **options: Any) -> AsyncIterator[str]:
        self.raw = ""
        async for piece in super().stream(*given, **options):
            self.raw += piece
            yield piece


class RecordingWriter(Writer):
    """`quoted` is what was answered without the model; `tried` are the sentences that were verified
    since, by their text, each by what it cites or what carried it, with what came of that."""

    quoted: Receipt | None = None

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.tried: dict[str, tuple[Written, Carried]] = {}

    async def write(
        self, receipt: Receipt, verify: Verify, within_s: float, **options: Any
    ) -> Receipt:
        self.quoted, self.tried = receipt, {}

        async def kept(written: Written) -> Carried:
            carried = await verify(written)
            if carried.by or written.question not in self.tried:
                self.tried[written.question] = written, carried
            return carried

        return await super().write(receipt, kept, within_s, **options)


def evidence_of(written: Written) -> list[str]:
    """The sentences that it was verified against."""
    return [written.receipt.ranked[place].hit.sentence.text for place in written.evidence]
