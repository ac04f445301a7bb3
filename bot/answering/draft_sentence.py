"""A sentence drafted by a language model, and the evidence that supports it."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass

from bot.answering.receipt import Receipt
from bot.domain.claims import FindingKind


@dataclass(frozen=True, slots=True)
class SentenceToVerify:
    """A drafted sentence that needs verification. `receipt` covers the evidence that the draft
    used. `evidence` holds the indices in `receipt.ranked` of the sentences that the draft cites."""

    text: str
    receipt: Receipt
    evidence: tuple[int, ...]

    @property
    def identity(self) -> Hashable:
        """Cache key: the text, the generation and the rows of the cited sentences. It has no
        indices into `ranked`, because another receipt numbers the same sentences differently."""
        rows = tuple(self.receipt.ranked[n].hit.sentence.row for n in self.evidence)
        return self.text, self.receipt.generation.id, rows


@dataclass(frozen=True, slots=True)
class SentenceSupport:
    """The support of a drafted sentence. `by` holds the indices in `receipt.ranked` of the one or
    two sentences that support it. Without support `by` is empty, and `why` names the kinds of
    findings."""

    by: tuple[int, ...]
    why: tuple[FindingKind, ...] = ()


Verify = Callable[[SentenceToVerify], Awaitable[SentenceSupport]]
