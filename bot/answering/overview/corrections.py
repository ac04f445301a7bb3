"""Corrected and withdrawn articles, as entries of what is new."""

from collections.abc import Iterator, Sequence

import numpy as np

from bot.answering.overview.calendar import period_of
from bot.answering.overview.entries import Entry, key_of
from bot.answering.overview.material import material, material_of, stating
from bot.domain.models import Change
from bot.domain.overviews import OverviewRequest
from index.articles.base.dates import utc_seconds
from index.generations.differences import sentence_changes
from index.generations.reader import Generation, TextStore
from index.stores.text_store import StoredArticle, StoredSentence
from index.stores.times import OPEN

_MOST_WITHDRAWN = 200  # articles read for those that were withdrawn
_SAME_THING = 0.5  # cosine of two sentences from which on one replaces the other
_DAY = 10  # characters of "2026-03-01"


def corrected_entry(generation: Generation, article: StoredArticle, since: str) -> Entry | None:
    """Return the change of an article since its version of that time: the new sentence, with the
    one that it replaces. None if it has no earlier version, or if only trifles changed."""
    earlier = _earlier(generation.texts, article, utc_seconds(since))
    if earlier is None:
        return None
    changes = sentence_changes(generation.texts, earlier, article)
    added = _without_copies(generation, changes.added, changes.removed)
    removed = _without_copies(generation, changes.removed, changes.added)
    when = (article.seen or article.published)[:_DAY]
    if added:
        return _replacement(generation, when, added, removed)
    if removed:
        return Entry(when, removed[0], 0.0, change=Change.REPLACED)
    return None


def withdrawn_entries(
    generation: Generation, request: OverviewRequest, oldest: int
) -> Iterator[Entry]:
    """Yield the articles that were withdrawn in the request's period, each by its first sentence
    that states something. Without a period it begins at `oldest`, in seconds UTC."""
    texts, start = generation.texts, utc_seconds(request.since)
    until, end = texts.times.until, utc_seconds(request.until)
    if (then := period_of(request).as_of) is not None:
        end = int(then) if end is None else min(end, int(then))
    rows = np.flatnonzero((until != OPEN) & (until > (oldest if start is None else start)))
    if end is not None:
        rows = rows[until[rows] <= end]
    newest = rows[np.argsort(-until[rows], kind="stable")][:_MOST_WITHDRAWN]
    for row in newest.tolist():
        article = texts.articles[row]
        if not article.version_of:
            there = material(generation, [article], _DAY)
            for sentence in there.sentences[:1]:
                yield Entry(article.replaced[:_DAY], sentence, 0.0, change=Change.WITHDRAWN)


def _earlier(texts: TextStore, article: StoredArticle, start: int | None) -> StoredArticle | None:
    """Return the version that held at `start`, in seconds UTC. Without a start, or if the article
    is newer, return the version before the newest; None if there is none."""
    before = None
    for number in range(article.version - 1, 0, -1):
        version = texts.find_article(f"{article.newest_id}@{number}")
        if version is None:
            break
        before = before or version
        if start is None or texts.times.until[version.row] <= start:
            break
        if texts.times.since[version.row] <= start:
            return version
    return before


def _replacement(
    generation: Generation,
    when: str,
    added: Sequence[StoredSentence],
    removed: Sequence[StoredSentence],
) -> Entry:
    """Pair the new sentence with the one that it resembles most. Without such a pair, show the new
    sentence that can best be read alone."""
    new, old = material_of(generation, added), material_of(generation, removed)
    if removed:
        cosines = new.vectors @ old.vectors.T
        place, before = divmod(int(cosines.argmax()), len(removed))
        if cosines[place, before] >= _SAME_THING:
            return Entry(when, added[place], 1.0, change=Change.NEW, before=removed[before])
    return Entry(when, added[int(new.standing.argmax())], 1.0, change=Change.NEW)


def _without_copies(
    generation: Generation, sentences: Sequence[StoredSentence], others: Sequence[StoredSentence]
) -> list[StoredSentence]:
    """Leave out the sentences that state nothing, and those that the others repeat."""
    known = {key_of(generation, each) for each in others}
    found = stating(generation, sentences)
    return [each for each in found if key_of(generation, each) not in known]
