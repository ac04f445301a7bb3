"""Comparison of what was read with the archive: the records to append."""

from dataclasses import dataclass, field

from bot.sources.archive import (
    Record,
    article_record,
    record_digest,
    text_digest,
    withdrawal_record,
)
from bot.sources.findings import Findings
from bot.sources.source import Source
from bot.sources.state import SourceState
from index.articles.base.readers import checked
from index.errors import SourceError
from index.models import Article


@dataclass(slots=True)
class Changes:
    """Records to append, in their order, and what they are. `copies` maps the id of an article to
    the known one that has the same text. `bad` has a line for each article that no index takes."""

    records: list[Record] = field(default_factory=list)
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    copies: dict[str, str] = field(default_factory=dict)
    bad: list[str] = field(default_factory=list)


def find_changes(
    source: Source, findings: Findings, state: SourceState, seen: str, max_article_bytes: int
) -> Changes:
    """Return the records for all articles of a source whose title, text or blocks differ from the
    newest in the archive, and for the withdrawn ones. `seen` is the time of reading."""
    changes, taken = Changes(), set[str]()
    digests = {id: known.digest for id, known in state.articles.items()}
    texts = {known.text: id for id, known in state.articles.items() if known.digest}
    for article in findings.articles:
        if article.id in taken:
            continue
        taken.add(article.id)
        original = texts.setdefault(text_digest(article.text), article.id)
        if findings.folds_copies and article.id not in digests and original != article.id:
            changes.copies[article.id] = original
        else:
            record = _record_of(changes, source, article, seen, max_article_bytes)
            _add_version(changes, record, digests.get(article.id))
    _withdraw(changes, findings, digests, seen)
    return changes


def _withdraw(changes: Changes, findings: Findings, digests: dict[str, str], seen: str) -> None:
    """Add the withdrawals. An article that has moved to another address is not withdrawn."""
    moved = set(changes.copies.values())
    for id in dict.fromkeys(findings.withdrawn):
        if digests.get(id) and id not in moved:
            changes.records.append(withdrawal_record(id, seen))
            changes.withdrawn += 1


def _record_of(
    changes: Changes, source: Source, article: Article, seen: str, limit: int
) -> Record | None:
    """Return the record of an article; None if no index takes it, which `changes` then names."""
    try:
        usable = checked(article, article.url or article.id, limit)
    except SourceError as error:
        changes.bad.append(error.user_message)
        return None
    return article_record(usable, seen, source.id)


def _add_version(changes: Changes, record: Record | None, before: str | None) -> None:
    """Add a record if its digest is not that of the newest version, `before`."""
    if record is None or record_digest(record) == before:
        return
    changes.records.append(record)
    if before:
        changes.changed += 1
    else:
        changes.new += 1
