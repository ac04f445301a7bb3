"""Differences between two generations: articles by id, sentences by text."""

from collections import Counter
from dataclasses import dataclass

from index.stores.text_store import StoredArticle, TextStore


@dataclass(frozen=True, slots=True)
class Differences:
    """Articles added, changed and removed, in the order of their generation, by title, or by id if
    untitled. An article is changed if its text or its metadata differs. A sentence counts as often
    as it occurs in its article."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    sentences_added: int
    sentences_removed: int


def find_differences(before: TextStore, after: TextStore) -> Differences:
    """Compare two generations, from `before` to `after`."""
    added, changed = [], []
    sentences_added = sentences_removed = 0
    for article in after.articles:
        old = before.find_article(article.id)
        if old is None:
            added.append(_name(article))
        elif _told(old) != _told(article):
            changed.append(_name(article))
        # Compared for equal texts too: another version may split them differently.
        new_sentences, old_sentences = _sentences(after, article), _sentences(before, old)
        sentences_added += (new_sentences - old_sentences).total()
        sentences_removed += (old_sentences - new_sentences).total()
    removed = [old for old in before.articles if after.find_article(old.id) is None]
    sentences_removed += sum(_sentences(before, old).total() for old in removed)
    return Differences(
        added=tuple(added),
        changed=tuple(changed),
        removed=tuple(map(_name, removed)),
        sentences_added=sentences_added,
        sentences_removed=sentences_removed,
    )


def _name(article: StoredArticle) -> str:
    return article.title or article.id


def _told(article: StoredArticle) -> tuple[str, ...]:
    return article.sha256, article.title, article.source, article.url, article.published


def _sentences(texts: TextStore, article: StoredArticle | None) -> Counter[str]:
    if article is None:
        return Counter()
    rows = range(article.first_sentence, article.end_sentence)
    return Counter(texts.sentence(row).text for row in rows)
