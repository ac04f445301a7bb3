"""Versions of an article: the different texts that one id was given with, oldest first.

Records are ordered by the time they were seen, or else published; then by date of publication, then
in the order of reading. Records without either time are the oldest. Following records with the same
text are one version, with the metadata of the newest of them. A text that comes back after another
one is a new version if its time of being seen is known; otherwise only its newest record counts.

Several feeds may give one article different texts at the same time (index.articles.feed_texts).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from index.articles.base.validity import start_of
from index.articles.feed_texts import Record, find_runs

MOST_VERSIONS = 50  # that an index keeps of an article; older ones are left out


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


def find_versions(records: Sequence[Record]) -> list[Version]:
    """Return the versions that these records of one article make, oldest first."""
    runs = find_runs(records, _ordered(records))
    winners = [max(run.records, key=lambda each: (records[each].time, -each)) for run in runs]
    seen = [run.seen for run in runs]
    starts = [
        start_of(number, records[winner].published, first)
        for number, (winner, first) in enumerate(zip(winners, seen, strict=True), 1)
    ]
    ends = [
        next_start if run.withdrawn is None else run.withdrawn
        for run, next_start in zip(runs, [*starts, None][1:], strict=True)
    ]
    return [
        Version(number, *found, newest=number == len(runs))
        for number, found in enumerate(zip(winners, seen, ends, strict=True), 1)
    ]


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
