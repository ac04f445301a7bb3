"""Fate of a cited sentence in a later generation: it holds, or it was corrected or withdrawn."""

from dataclasses import dataclass

import numpy as np

from bot.answering.change.wording import Wording
from bot.domain.fates import FateKind
from bot.domain.models import Place
from index.generations.differences import sentence_changes
from index.generations.reader import Generation, TextStore
from index.models import NOT_EVIDENCE
from index.stores.text_store import StoredArticle, StoredSentence

_ALIKE = 0.4  # share of words from which the sentence of the new version takes the old one's place


@dataclass(frozen=True, slots=True)
class Fate:
    """Fate of a sentence. `since` is the ISO time from which it no longer holds, "" if
    unknown. `now` is the sentence in its place; None if there is none."""

    kind: FateKind
    since: str = ""
    now: StoredSentence | None = None


def fate_of(generation: Generation, place: Place, sentence: str) -> Fate:
    """Find out what became of a sentence that was cited at `place`. A sentence reworded in trifles
    still holds. So does one of an earlier version, which was cited as such. One that no version has
    is from a shorter edition of another feed, if there is any: that is no correction."""
    article = generation.texts.find_article(place.article_id)
    if article is None:
        return Fate(FateKind.GONE)
    if article.version_of:
        return Fate(FateKind.HOLDS)
    if article.replaced:
        return Fate(FateKind.WITHDRAWN, article.replaced)
    if _is_there(generation.texts, article, place, sentence):
        return Fate(FateKind.HOLDS)
    stated = _stated(generation, article)
    wording = Wording(generation.initials, sentence)
    if any(wording.is_copied_in(each.text) for each in stated):
        return Fate(FateKind.HOLDS)
    old = _last_with(generation.texts, article, sentence)
    if old is None and article.editions:
        return Fate(FateKind.GONE)
    if old is not None:
        fresh = sentence_changes(generation.texts, old, article).added
        rows = {each.row for each in fresh}
        stated = [each for each in stated if each.row in rows]
    since = old.replaced if old else article.seen
    return Fate(FateKind.CORRECTED, since, _in_its_place(wording, stated))


def _last_with(texts: TextStore, article: StoredArticle, sentence: str) -> StoredArticle | None:
    """Return the last earlier version that has the sentence; None if the index keeps none."""
    for old in reversed(texts.versions(article.id)[:-1]):
        if sentence in texts.article_text(old):
            return old
    return None


def _is_there(texts: TextStore, article: StoredArticle, place: Place, sentence: str) -> bool:
    """Return whether the sentence is where it was. This needs no other text of the article."""
    layout = texts.layout(article)
    at = int(np.searchsorted(layout.sentences[:, 0], place.start))
    if at >= len(layout.sentences):
        return False
    row = article.first_sentence + at
    return texts.sentence(row).text == sentence and texts.kinds([row])[0] not in NOT_EVIDENCE


def _stated(generation: Generation, article: StoredArticle) -> list[StoredSentence]:
    """Return the sentences of an article that can be evidence."""
    rows = range(article.first_sentence, article.end_sentence)
    kinds = generation.texts.kinds(rows)
    return [
        sentence
        for sentence, kind in zip(generation.texts.sentences(rows), kinds, strict=True)
        if kind not in NOT_EVIDENCE
    ]


def _in_its_place(wording: Wording, stated: list[StoredSentence]) -> StoredSentence | None:
    best = max(stated, key=lambda each: wording.overlap(each.text), default=None)
    return best if best and wording.overlap(best.text) >= _ALIKE else None
