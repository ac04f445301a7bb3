"""The history of an article: its versions, oldest first, each with its changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from index.generations.differences import Change, Changes, sentence_changes
from index.generations.reader import TextStore
from index.models import BlockKind
from index.stores.text_store import StoredArticle, StoredSentence


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """A version, its changes since the version before, and its new notes of correction."""

    article: StoredArticle
    changes: Changes
    corrections: tuple[StoredSentence, ...]


def history_of(texts: TextStore, article: StoredArticle) -> list[VersionEntry]:
    """Return the versions of an article, oldest first. The oldest one that is kept has no
    changes."""
    entries: list[VersionEntry] = []
    for version in texts.versions(article.newest_id):
        changes = Changes(())
        if entries:
            changes = sentence_changes(texts, entries[-1].article, version)
        entries.append(VersionEntry(version, changes, _corrections(texts, version, changes)))
    return entries


def _corrections(
    texts: TextStore, version: StoredArticle, changes: Changes
) -> tuple[StoredSentence, ...]:
    """Return the notes of correction that this version added; all of them in a first version."""
    sentences = changes.added
    if not changes.places:
        rows = range(version.first_sentence, version.end_sentence)
        sentences = tuple(texts.sentences(rows))
    return tuple(sentence for sentence in sentences if _is_in_correction(texts, sentence))


def _is_in_correction(texts: TextStore, sentence: StoredSentence) -> bool:
    """Return whether a note of correction has the sentence. The kind of the sentence itself may be
    another: where the note repeats the wrong value, it is withdrawn."""
    block = texts.block_at(sentence.article, sentence.start)
    return block is not None and block.kind is BlockKind.CORRECTION


def history_lines(entries: list[VersionEntry]) -> Iterator[str]:
    """Yield the history as text: a line for each version, and a line for each changed sentence."""
    for entry in entries:
        yield _headline(entry.article)
        for place in entry.changes.places:
            yield from _change_lines(place)
        for note in entry.corrections:
            yield f"  correction: {_on_one_line(note)}"


def _headline(article: StoredArticle) -> str:
    times = [f"published {article.published or 'at an unknown date'}"]
    if article.seen:
        times.append(f"seen {article.seen}")
    if article.version_of:
        times.append(f"replaced {article.replaced or 'at an unknown date'}")
    elif article.replaced:
        times.append(f"withdrawn {article.replaced}")
    else:
        times.append("holds")
    return f"{article.id}: version {article.version}, {', '.join(times)}"


def _change_lines(place: Change) -> Iterator[str]:
    yield from (f"  - {_on_one_line(sentence)}" for sentence in place.removed)
    yield from (f"  + {_on_one_line(sentence)}" for sentence in place.added)


def _on_one_line(sentence: StoredSentence) -> str:
    return " ".join(sentence.text.split())


def history_json(entries: list[VersionEntry]) -> dict[str, Any]:
    """Return the history for JSON. The offsets of a sentence are those of its own version."""
    return {
        "id": entries[-1].article.newest_id,
        "versions": [_entry_json(entry) for entry in entries],
    }


def version_json(article: StoredArticle) -> dict[str, Any]:
    """Return what is known of one version of an article for JSON, without its text."""
    return {
        "id": article.id,
        "version": article.version,
        "title": article.title,
        "source": article.source,
        "url": article.url,
        "published": article.published,
        "seen": article.seen,
        "replaced": article.replaced,
        "holds": article.holds,
    }


def _entry_json(entry: VersionEntry) -> dict[str, Any]:
    return {
        **version_json(entry.article),
        "removed": [_sentence_json(each) for each in entry.changes.removed],
        "added": [_sentence_json(each) for each in entry.changes.added],
        "corrections": [_sentence_json(each) for each in entry.corrections],
    }


def _sentence_json(sentence: StoredSentence) -> dict[str, Any]:
    return {"start": sentence.start, "end": sentence.end, "text": sentence.text}
