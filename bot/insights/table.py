"""Insights as rows of one table, and as CSV that a spreadsheet reads as text."""

import csv
import unicodedata
from collections.abc import Iterator
from typing import TextIO

from bot.domain.insights import Insights, Tally

HEADER = (
    *("part", "start", "question", "article_id", "title", "quote"),
    *("times", "answered", "unsure", "unanswered", "up", "down"),
)
# A spreadsheet runs a cell that begins with one of these. NFKC turns the full-width forms, which
# some spreadsheets accept too, into the plain ones.
_FORMULA = ("=", "+", "-", "@")
_NO_TEXT = {"Cc", "Cf", "Cs"}


def write_csv(insights: Insights, file: TextIO) -> None:
    """Write the table. Every cell is quoted, and no text can become a formula."""
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(HEADER)
    for row in rows(insights):
        writer.writerow([_cell(row.get(name, "")) for name in HEADER])


def rows(insights: Insights) -> Iterator[dict[str, object]]:
    """Yield a row for each entry of each list, in the order of the lists."""
    groups = insights.groups
    yield {"part": "total", **_counts(insights.totals)}
    for period in insights.over_time:
        yield {"part": insights.step, "start": period.start, **_counts(period)}
    for part in ("unanswered", "most_asked"):
        for group in getattr(groups, part):
            yield {"part": part, "question": group.question, **_counts(group)}
    for part in ("unanswered_near", "most_given"):
        for group in getattr(groups, part):
            yield {"part": part, "times": group.times, **group.sentence.model_dump()}
    for answer in groups.disliked:
        first = answer.sentences[0].model_dump() if answer.sentences else {}
        votes = {"up": answer.up, "down": answer.down}
        yield {"part": "disliked", "question": answer.question or "", **first, **votes}
    for use in insights.coverage.articles:
        yield {
            "part": "article",
            "article_id": use.article_id,
            "title": use.title,
            "times": use.cited,
        }


def _counts(tally: Tally) -> dict[str, int]:
    return {
        "times": tally.asked,
        "answered": tally.answered,
        "unsure": tally.unsure,
        "unanswered": tally.unanswered,
    }


def _cell(value: object) -> str:
    """Put a value on one line without control characters. Begin a would-be formula with an
    apostrophe, as a spreadsheet marks text."""
    line = " ".join(str(value).split())
    line = "".join(c for c in line if unicodedata.category(c) not in _NO_TEXT).strip()
    starts = unicodedata.normalize("NFKC", line[:1]).startswith(_FORMULA)
    return f"'{line}" if starts else line
