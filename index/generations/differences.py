"""Differences between two generations, articles by id, and between two articles, by sentence."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from index.generations.reader import TextStore
from index.stores.text_store import StoredArticle, StoredSentence

_MOST_COMPARED = 4_000_000  # pairs of sentences; beyond it, all changes are one


@dataclass(frozen=True, slots=True)
class Differences:
    """Articles added, changed and removed, in the order of their generation, by title, or by id if
    untitled. An article is changed if its text or its metadata differs. One that was withdrawn is
    removed, and earlier versions are not compared. A sentence counts as often as it occurs in its
    article."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    sentences_added: int
    sentences_removed: int


def find_differences(before: TextStore, after: TextStore) -> Differences:
    """Compare two generations, from `before` to `after`."""
    added, changed = [], []
    sentences_added = sentences_removed = 0
    for article in _holding(after):
        old = _find(before, article.id)
        if old is None:
            added.append(_name(article))
        elif _told(old) != _told(article):
            changed.append(_name(article))
        if old is not None and _same_sentences(before, old, after, article):
            continue
        new_sentences, old_sentences = _sentences(after, article), _sentences(before, old)
        sentences_added += (new_sentences - old_sentences).total()
        sentences_removed += (old_sentences - new_sentences).total()
    removed = [old for old in _holding(before) if _find(after, old.id) is None]
    sentences_removed += sum(_sentences(before, old).total() for old in removed)
    return Differences(
        added=tuple(added),
        changed=tuple(changed),
        removed=tuple(map(_name, removed)),
        sentences_added=sentences_added,
        sentences_removed=sentences_removed,
    )


def _holding(texts: TextStore) -> Iterator[StoredArticle]:
    return (article for article in texts.articles if article.holds)


def _find(texts: TextStore, article_id: str) -> StoredArticle | None:
    found = texts.find_article(article_id)
    return found if found and found.holds else None


def _name(article: StoredArticle) -> str:
    return article.title or article.id


def _told(article: StoredArticle) -> tuple[str, ...]:
    return article.sha256, article.title, article.source, article.url, article.published


def _same_sentences(
    before: TextStore, old: StoredArticle, after: TextStore, new: StoredArticle
) -> bool:
    """Return whether two articles have the same text, split in the same way, without reading it.
    Another version of the program may split a text differently."""
    if old.sha256 != new.sha256:
        return False
    old_split, new_split = before.layout(old).sentences, after.layout(new).sentences
    return np.array_equal(old_split[:, :2], new_split[:, :2])


def _sentences(texts: TextStore, article: StoredArticle | None) -> Counter[str]:
    if article is None:
        return Counter()
    rows = range(article.first_sentence, article.end_sentence)
    return Counter(texts.sentence(row).text for row in rows)


@dataclass(frozen=True, slots=True)
class Change:
    """Sentences that replaced others at one place; either side may be empty."""

    removed: tuple[StoredSentence, ...]
    added: tuple[StoredSentence, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes from one article to another, in the order of the text."""

    places: tuple[Change, ...]

    @property
    def removed(self) -> tuple[StoredSentence, ...]:
        return tuple(sentence for place in self.places for sentence in place.removed)

    @property
    def added(self) -> tuple[StoredSentence, ...]:
        return tuple(sentence for place in self.places for sentence in place.added)


def sentence_changes(texts: TextStore, old: StoredArticle, new: StoredArticle) -> Changes:
    """Compare the sentences of two articles of one generation. White space within a sentence does
    not count, and a sentence that only moved is no change."""
    before, after = _stored(texts, old), _stored(texts, new)
    old_words, new_words = [_words(each) for each in before], [_words(each) for each in after]
    gone, fresh = Counter(old_words), Counter(new_words)
    gone, fresh = gone - fresh, fresh - gone
    places = []
    for old_start, old_end, new_start, new_end in _differing(old_words, new_words):
        removed = _taken(before[old_start:old_end], gone)
        added = _taken(after[new_start:new_end], fresh)
        if removed or added:
            places.append(Change(removed, added))
    return Changes(tuple(places))


def _stored(texts: TextStore, article: StoredArticle) -> list[StoredSentence]:
    return texts.sentences(range(article.first_sentence, article.end_sentence))


def _words(sentence: StoredSentence) -> str:
    return " ".join(sentence.text.split())


def _differing(old: list[str], new: list[str]) -> list[tuple[int, int, int, int]]:
    """Return the ranges that differ. The comparison takes quadratic time for sentences that are
    repeated very often, so large articles are compared as a whole."""
    if len(old) * len(new) > _MOST_COMPARED:
        return [(0, len(old), 0, len(new))]
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [code[1:] for code in codes if code[0] != "equal"]


def _taken(sentences: list[StoredSentence], counts: Counter[str]) -> tuple[StoredSentence, ...]:
    """Return those of the sentences that are still counted, and count them down."""
    taken = []
    for sentence in sentences:
        words = _words(sentence)
        if counts[words] > 0:
            counts[words] -= 1
            taken.append(sentence)
    return tuple(taken)
