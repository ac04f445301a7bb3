"""Versions of an article: the different texts that one id was given with, oldest first.

Records are ordered by the time they were seen, or else published; then by date of publication, then
in the order of reading. Records without either time are the oldest. Following records with the same
text are one version, with the metadata of the newest of them. A text that comes back after another
one is a new version if its time of being seen is known; otherwise only its newest record counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.articles.base.validity import start_of

MOST_VERSIONS = 50  # per article; older ones are left out
_UNDATED = float("-inf")


@dataclass(frozen=True, slots=True)
class Record:
    """The part of a record that decides on its version. `text` is a digest; b"" for a withdrawal
    that carries no text. The times are in seconds in UTC."""

    text: bytes
    seen: int | None
    published: int | None
    withdrawn: bool = False

    @property
    def time(self) -> tuple[float, float]:
        published = _UNDATED if self.published is None else self.published
        return (published if self.seen is None else self.seen), published


@dataclass(frozen=True, slots=True)
class Version:
    """A version: `number` counts from 1, `record` is the position of the record with its newest
    metadata. `seen` is the time when the text was first seen, `replaced` the time from which it no
    longer holds; both None if unknown."""

    number: int
    record: int
    seen: int | None
    replaced: int | None
    newest: bool


@dataclass(slots=True)
class _Run:
    """Following records with the same text."""

    text: bytes
    records: list[int]
    withdrawn: int | None = None


def find_versions(records: Sequence[Record]) -> list[Version]:
    """Return the versions that these records of one article make, oldest first, at most
    MOST_VERSIONS. The numbers count all versions."""
    runs = list(_runs(records))
    winners = [max(run.records, key=lambda each: (records[each].time, -each)) for run in runs]
    seen = [_first_seen(records, run) for run in runs]
    starts = [
        start_of(number, records[winner].published, first)
        for number, (winner, first) in enumerate(zip(winners, seen, strict=True), 1)
    ]
    ends = [
        next_start if run.withdrawn is None else run.withdrawn
        for run, next_start in zip(runs, [*starts, None][1:], strict=True)
    ]
    versions = [
        Version(number, *found, newest=number == len(runs))
        for number, found in enumerate(zip(winners, seen, ends, strict=True), 1)
    ]
    return versions[-MOST_VERSIONS:]


def _runs(records: Sequence[Record]) -> Iterator[_Run]:
    run: _Run | None = None
    for position in _ordered(records):
        record = records[position]
        if record.text and (run is None or record.text != run.text):
            if run is not None:
                yield run
            run = _Run(record.text, [])
        if run is None:
            continue  # a withdrawal of a text that was never given
        if record.text:
            run.records.append(position)
        run.withdrawn = _withdrawal(record) if record.withdrawn else None
    if run is not None:
        yield run


def _withdrawal(record: Record) -> int | None:
    return record.published if record.seen is None else record.seen


def _ordered(records: Sequence[Record]) -> list[int]:
    """Return the positions of the records in order of time. Records of one text that were not seen
    at a known time stand together, in the place of the newest."""
    own = {position: (*record.time, position) for position, record in enumerate(records)}
    newest: dict[bytes, tuple[float, float, int]] = {}
    for position, record in enumerate(records):
        if record.seen is None and record.text:
            newest[record.text] = max(own[position], newest.get(record.text, own[position]))

    def place(position: int) -> tuple[tuple[float, float, int], tuple[float, float, int]]:
        record = records[position]
        if record.seen is None and record.text:
            return newest[record.text], own[position]
        return own[position], own[position]

    return sorted(own, key=place)


def _first_seen(records: Sequence[Record], run: _Run) -> int | None:
    seen = [time for each in run.records if (time := records[each].seen) is not None]
    return min(seen, default=None)
