"""Backend and writer that record what passes through them."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any

from openai.types.chat import ChatCompletionMessageParam
from pydantic import BaseModel

from bot.answering.draft_sentence import SentenceSupport, SentenceToVerify, Verify
from bot.answering.receipt import Receipt
from bot.generation.backend import Backend
from bot.generation.budget import Usage
from bot.generation.writer import Writer


class RecordingBackend(Backend):
    """Backend that keeps the model's last output in `raw`; it is empty if the model was not
    asked."""

    raw = ""

    async def stream(
        self,
        messages: Sequence[ChatCompletionMessageParam],
        schema: type[BaseModel],
        most_tokens: int,
        usage: Usage,
    ) -> AsyncGenerator[str, None]:
        self.raw = ""
        async for piece in super().stream(messages, schema, most_tokens, usage):
            self.raw += piece
            yield piece


class RecordingWriter(Writer):
    """Writer that keeps what was verified. `quoted` is the answer without the model. `tried` maps
    each verified sentence to what it was verified against and the result; a result with support
    replaces one without."""

    quoted: Receipt | None = None

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.tried: dict[str, tuple[SentenceToVerify, SentenceSupport]] = {}

    async def write(
        self, receipt: Receipt, verify: Verify, within_s: float, **options: Any
    ) -> Receipt:
        self.quoted, self.tried = receipt, {}

        async def kept(written: SentenceToVerify) -> SentenceSupport:
            carried = await verify(written)
            if carried.by or written.text not in self.tried:
                self.tried[written.text] = written, carried
            return carried

        return await super().write(receipt, kept, within_s, **options)


def evidence_of(written: SentenceToVerify) -> list[str]:
    """Return the sentences that a sentence was verified against."""
    return [written.receipt.ranked[place].hit.sentence.text for place in written.evidence]
