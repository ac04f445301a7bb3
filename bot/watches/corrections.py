"""Notes on answers whose cited sentences were corrected or withdrawn after they were given."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.answering.change.fate import Fate
from bot.domain.fates import FateKind
from bot.domain.models import Citation, Place
from bot.serving.jobs import FatesJob, QuotedSentence
from bot.serving.service import AnswerService
from bot.store import Store
from bot.store.notes import Note
from index.generations.reader import TextStore
from index.stores.text_store import StoredSentence

_RECENT = timedelta(days=30)
_AT_ONCE = 25  # sentences of one job, which keeps people waiting for some milliseconds
_NOTED = frozenset({FateKind.CORRECTED, FateKind.WITHDRAWN})


class CorrectionFinder:
    """Search for cited sentences that no longer hold. `found` is set when notes may have to be
    shown."""

    def __init__(self, service: AnswerService, store: Store) -> None:
        self._service, self._store = service, store
        self._checked: TextStore | None = None
        self._changed_before: list[str] = []
        self.found = asyncio.Event()

    async def find(self, texts: TextStore) -> None:
        """Look up what recent public answers cite from the articles that have changed since the
        last call. Store a note for every message that cites a corrected or withdrawn sentence.
        `texts` are those of the live generation.

        Raises ServiceBusyError, DeadlineError, ServiceClosedError and StoreError; a later call
        finds what this one missed."""
        since = datetime.now(UTC) - _RECENT
        articles = await self._store.notes.articles(since)
        changed = await asyncio.to_thread(_changed, self._checked, texts, articles)
        # An answer that was on its way at the last call has its message only now.
        notes: dict[int, list[Note]] = {}
        for article in dict.fromkeys([*changed, *self._changed_before]):
            for message, note in await self._find_in(article, since):
                notes.setdefault(message, []).append(note)
        await self._store.notes.add((each, _one_note(found)) for each, found in notes.items())
        self._checked, self._changed_before = texts, changed
        self.found.set()

    async def _find_in(self, article: str, since: datetime) -> list[tuple[int, Note]]:
        """Return a note for each citation of the article that no longer holds, by message."""
        notes: list[tuple[int, Note]] = []
        fates: dict[QuotedSentence, Fate] = {}
        async for citing in self._store.notes.citing(article, since):
            quoted = [_quoted(each.cited) for each in citing]
            fates |= await self._fates(
                [each for each in dict.fromkeys(quoted) if each not in fates]
            )
            notes += [
                (each.message, _note(each.cited, fate))
                for each, sentence in zip(citing, quoted, strict=True)
                if (fate := fates[sentence]).kind in _NOTED
            ]
        return notes

    async def _fates(self, sentences: list[QuotedSentence]) -> dict[QuotedSentence, Fate]:
        fates: dict[QuotedSentence, Fate] = {}
        for first in range(0, len(sentences), _AT_ONCE):
            part = tuple(sentences[first : first + _AT_ONCE])
            found = await self._service.run_behind(FatesJob(part))
            fates |= zip(part, found, strict=True)
        return fates


def _changed(before: TextStore | None, after: TextStore, articles: list[str]) -> list[str]:
    """Return the articles whose text changed or that were withdrawn; all if `before` is None."""
    return [
        each for each in articles if before is None or _state(before, each) != _state(after, each)
    ]


def _state(texts: TextStore, article_id: str) -> tuple[str, ...]:
    article = texts.find_article(article_id)
    return (article.sha256, article.given_blocks, article.replaced) if article else ()


def _quoted(cited: Citation) -> QuotedSentence:
    place = Place(**{name: getattr(cited, name) for name in Place.model_fields})
    return QuotedSentence(place, cited.quote)


def _one_note(notes: list[Note]) -> Note:
    """Return the note on the first citation of a message, with the numbers of the others."""
    first, *others = sorted(notes, key=lambda note: note.cited.number)
    return first.model_copy(update={"others": tuple(each.cited.number for each in others)})


def _note(cited: Citation, fate: Fate) -> Note:
    return Note(
        kind=fate.kind,
        cited=cited,
        since=fate.since,
        now=fate.now.text if fate.now else "",
        place=_place_of(fate.now) if fate.now else None,
    )


def _place_of(sentence: StoredSentence) -> Place:
    article = sentence.article
    return Place(
        article_id=article.id,
        title=article.title,
        source=article.source,
        published=article.published,
        url=article.url,
        start=sentence.start,
        end=sentence.end,
    )
