"""Articles that were given several times under one id: repetitions and versions.

Articles are read one at a time, so this takes two passes: the first finds all records of each id,
the second lets one record through for each version. Between them, an id that occurs once takes 45
bytes beside its key.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from hashlib import blake2b

from index.articles.base.dates import utc_iso, utc_seconds
from index.articles.feed_texts import Record
from index.articles.versions import MOST_VERSIONS, Version, find_versions
from index.models import Article

# Digests of the whole record, of the text and of the feed, time seen, time of publication, size of
# the text, withdrawn.
_RECORD = struct.Struct("<8s8s8sqqI?")
_UNREAD = b""  # an id that a file name gives; the file was not read
_UNKNOWN = -(2**63)


class Fate(Enum):
    """Decision on an article that is not kept."""

    REPEATED = auto()  # the same text is kept from another record
    SHORTER = auto()  # another feed gives a fuller edition
    SUPERSEDED = auto()  # a version beyond the limit
    WITHDRAWN = auto()  # a record that only withdraws another
    CHANGED = auto()  # the files changed between the passes


@dataclass(slots=True)
class Editions:
    """Ids of all articles. `several` lists the ids that were given with several different records,
    `suspects` the keys of files that must be read in the first pass, too, because their id occurs
    again."""

    several: dict[bytes, str] = field(default_factory=dict)
    suspects: set[bytes] = field(default_factory=set)
    _known: dict[bytes, bytes] = field(default_factory=dict)
    # For an id with several records: each record by the digest of the whole.
    _records: dict[bytes, dict[bytes, bytes]] = field(default_factory=dict)
    _plans: dict[bytes, "_Plan"] = field(default_factory=dict)
    _version_ids: set[bytes] = field(default_factory=set)

    def find_file(self, article_id: str) -> None:
        """Record a file in the first pass without reading it: its name is the article's id."""
        key = _digest(article_id)
        if key in self._known:
            self.suspects.add(key)
        else:
            self._known[key] = _UNREAD

    def is_suspect(self, article_id: str) -> bool:
        return _digest(article_id) in self.suspects

    def find(self, article: Article) -> None:
        """Record an article in the first pass."""
        key, packed = _digest(article.id), _packed(article)
        known = self._known.get(key)
        if known == _UNREAD:
            self.suspects.add(key)
        elif known is None and not article.replaced:
            self._known[key] = packed
        elif known != packed:
            self._known.setdefault(key, packed)
            self.several[key] = article.id
            records = self._records.setdefault(key, {known[:8]: known} if known else {})
            records.setdefault(packed[:8], packed)

    def restart(self) -> None:
        """Begin the first pass again, now with the suspects."""
        self._known.clear()
        self.several.clear()
        self._records.clear()

    def admit(self, article: Article) -> Article | Fate:
        """Decide on an article in the second pass. One that is kept is returned with its place in
        the history of its id."""
        key, whole = _digest(article.id), _whole(article)
        if key in self._records:
            return self._admit_version(article, key, whole)
        if not article.text:
            return Fate.WITHDRAWN  # of an id that only the second pass found
        known = self._known.get(key, _UNREAD)
        if len(known) == len(whole):  # an article with this id was kept
            return Fate.REPEATED if whole == known else Fate.CHANGED
        self._known[key] = whole
        return article

    def _admit_version(self, article: Article, key: bytes, whole: bytes) -> Article | Fate:
        plan = self._plan(key)
        if whole not in plan.records:
            return Fate.CHANGED
        if not article.text:
            return Fate.WITHDRAWN
        version = plan.pending.pop(whole, None)
        if version is None:
            return plan.fate(whole)
        return self._as_version(article, version, plan.editions)

    def _plan(self, key: bytes) -> "_Plan":
        if key not in self._plans:
            self._plans[key] = _Plan.of(self._records[key])
        return self._plans[key]

    def _as_version(self, article: Article, version: Version, editions: int) -> Article:
        placed = replace(
            article,
            seen=utc_iso(version.seen),
            replaced=utc_iso(version.replaced),
            version=version.number,
            editions=editions,
        )
        if version.newest:
            return placed
        return replace(placed, id=self._version_id(article.id, version), version_of=article.id)

    def _version_id(self, article_id: str, version: Version) -> str:
        """Return `ID@VERSION`; with more @ if an article has that id."""
        separator = "@"
        while True:
            found = f"{article_id}{separator}{version.number}"
            key = _digest(found)
            if key not in self._known and key not in self._version_ids:
                self._version_ids.add(key)
                return found
            separator += "@"

    def lost(self) -> Iterator[str]:
        """Yield the ids with a version that was not seen in the second pass."""
        for key, name in self.several.items():
            if self._plan(key).pending:
                yield name

    def updated(self) -> Iterator[str]:
        """Yield the ids that have earlier versions."""
        for key, name in self.several.items():
            if self._plan(key).versions > 1:
                yield name

    def withdrawn(self) -> Iterator[str]:
        """Yield the ids whose newest version was withdrawn."""
        for key, name in self.several.items():
            if self._plan(key).withdrawn:
                yield name


@dataclass(slots=True)
class _Plan:
    """Versions of one id. `records` maps the digest of each record to that of its text, `pending`
    the digest of the record to keep to its version, until it was kept. `kept` and `dropped` are the
    digests of the texts of the newest versions and of those beyond the limit."""

    records: dict[bytes, bytes]
    pending: dict[bytes, Version]
    kept: set[bytes]
    dropped: set[bytes]
    versions: int
    withdrawn: bool

    @classmethod
    def of(cls, packed: dict[bytes, bytes]) -> "_Plan":
        records = [_unpacked(each) for each in packed.values()]
        found = find_versions(records)
        versions = found[-MOST_VERSIONS:]
        texts = [records[each.record].text for each in found]
        wholes = list(packed)
        return cls(
            records=dict(zip(wholes, (each.text for each in records), strict=True)),
            pending={wholes[each.record]: each for each in versions},
            kept=set(texts[-MOST_VERSIONS:]),
            dropped=set(texts[:-MOST_VERSIONS]),
            versions=versions[-1].number if versions else 0,
            withdrawn=bool(versions) and versions[-1].replaced is not None,
        )

    @property
    def editions(self) -> int:
        """Number of texts that no version has."""
        return len({*self.records.values()} - self.kept - self.dropped - {b""})

    def fate(self, whole: bytes) -> Fate:
        """Return the decision on a record that is not kept."""
        text = self.records[whole]
        if text in self.kept:
            return Fate.REPEATED
        return Fate.SUPERSEDED if text in self.dropped else Fate.SHORTER


def _packed(article: Article) -> bytes:
    of_text = _digest(article.text)
    text = of_text if article.text else b""
    seen, published = utc_seconds(article.seen), utc_seconds(article.published)
    if article.replaced and seen is None:
        seen = utc_seconds(article.replaced)
    return _RECORD.pack(
        _whole(article, of_text),
        text,
        _digest(article.feed) if article.feed else b"",
        _UNKNOWN if seen is None else seen,
        _UNKNOWN if published is None else published,
        len(article.text),
        bool(article.replaced),
    )


def _unpacked(packed: bytes) -> Record:
    _, text, feed, seen, published, size, withdrawn = _RECORD.unpack(packed)
    return Record(
        text if any(text) else b"",
        None if seen == _UNKNOWN else seen,
        None if published == _UNKNOWN else published,
        withdrawn,
        feed if any(feed) else b"",
        size,
    )


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _whole(article: Article, of_text: bytes | None = None) -> bytes:
    """Return the digest of all of an article; `of_text` is that of its text if it is known."""
    metadata = (article.title, article.source, article.url, article.published)
    history = (article.seen, article.replaced, article.feed)
    text = of_text or _digest(article.text)
    return _digest("\0".join((text.hex(), *metadata, *history)))
