"""Findings of one reading of a source, before they are compared with the archive."""

from dataclasses import dataclass, field

from bot.sources.state import KnownItem, KnownPage
from index.models import Article

_NAMED = 3  # problems of one kind that an outcome names


@dataclass(slots=True)
class Findings:
    """Articles of a source that are new or may have changed, and the ids of withdrawn ones.

    `etag` and `last_modified` are those of an answer that was used completely, else the earlier
    ones. `items`, `doubtful` and `pages` replace those of the state. `notes` has a line for
    everything odd. `folds_copies` is set if an article with a known text is a known one under
    another address. `moved_to` is the permanent address that the server names, "" if none."""

    etag: str = ""
    last_modified: str = ""
    articles: list[Article] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    items: dict[str, KnownItem] = field(default_factory=dict)
    doubtful: dict[str, KnownItem] = field(default_factory=dict)
    pages: dict[str, KnownPage] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    folds_copies: bool = False
    moved_to: str = ""


def summary_of(problems: list[str], what: str) -> list[str]:
    """Return a line that counts problems and quotes the first ones; no line if there are none."""
    if not problems:
        return []
    more = len(problems) - _NAMED
    first = "; ".join(problem.rstrip(".") for problem in problems[:_NAMED])
    return [f"{what} ({len(problems)}): {first}{f'; and {more} more' if more > 0 else ''}"]
