"""Entries of an overview, and their citations."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.answering.citing.citations import cite_sentence, needed_before
from bot.answering.ranking.copies import copy_key
from bot.domain.models import Change, Citation, Role
from index.generations.reader import Generation, TextStore
from index.stores.text_store import StoredSentence


def key_of(generation: Generation, sentence: StoredSentence) -> Hashable:
    """Return the key that a sentence shares with its copies."""
    return copy_key(generation.initials.expand(sentence.text))


@dataclass(frozen=True, slots=True)
class Entry:
    """A dated sentence. `when` is its date in ISO 8601, as precise as it is known. `copies` are
    the same sentence in other articles. `before` is the sentence of an earlier version that it
    replaces."""

    when: str
    sentence: StoredSentence
    score: float
    copies: tuple[StoredSentence, ...] = ()
    change: Change | None = None
    before: StoredSentence | None = None

    @property
    def places(self) -> tuple[StoredSentence, ...]:
        """The sentence and its copies."""
        return self.sentence, *self.copies

    def with_copy(self, copy: StoredSentence) -> "Entry":
        return replace(self, copies=(*self.copies, copy))


def cite_entries(texts: TextStore, entries: Sequence[Entry]) -> tuple[Citation, ...]:
    """Cite the entries in their order. Each is followed by the sentence that it replaces, or by
    those that it refers back to. A sentence that no longer holds is never evidence."""
    cited = (each for entry in entries for each in _cited(texts, entry))
    return tuple(
        citation.model_copy(update={"number": number})
        for number, citation in enumerate(cited, start=1)
    )


def _cited(texts: TextStore, entry: Entry) -> Iterator[Citation]:
    sentence, change = entry.sentence, entry.change
    holds = change not in {Change.REPLACED, Change.WITHDRAWN}
    citation = cite_sentence(
        texts,
        0,
        sentence,
        Role.EVIDENCE if holds else Role.CONTEXT,
        score=entry.score,
        copies=entry.copies,
    )
    update = {"happened": entry.when, "change": change, "superseded": sentence.article.replaced}
    yield citation.model_copy(update=update)
    if entry.before is not None:
        yield _before(texts, entry.before)
    elif holds:
        for before in needed_before(texts, sentence):
            yield cite_sentence(texts, 0, before, Role.CONTEXT)


def _before(texts: TextStore, sentence: StoredSentence) -> Citation:
    citation = cite_sentence(texts, 0, sentence, Role.CONTEXT)
    return citation.model_copy(
        update={"change": Change.REPLACED, "superseded": sentence.article.replaced}
    )
