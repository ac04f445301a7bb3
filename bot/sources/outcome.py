"""Outcome of an update, for every source one line."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.wording.measures import counted


class Result(StrEnum):
    """Result of one source."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SourceOutcome:
    """Outcome of one source: articles that are new, changed and withdrawn, the number that it has,
    and notes about everything odd. `error` says why it could not be read."""

    source: str
    result: Result
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    articles: int = 0
    notes: tuple[str, ...] = ()
    error: str = ""

    @property
    def line(self) -> str:
        """The outcome on one line."""
        if self.result is Result.FAILED:
            kept = f" It keeps {counted(self.articles, 'article')}." if self.articles else ""
            return f"{self.source}: not read: {self.error.rstrip('. ')}.{kept}"
        counts = (
            (self.new, "new"),
            (self.changed, "changed"),
            (self.withdrawn, "withdrawn"),
        )
        told = ", ".join(f"{count} {name}" for count, name in counts if count) or "nothing new"
        return "; ".join((f"{self.source}: {told}", *self.notes))

    def as_json(self) -> dict[str, Any]:
        """Return the outcome for JSON."""
        return {
            "id": self.source,
            "result": self.result.value,
            "new": self.new,
            "changed": self.changed,
            "withdrawn": self.withdrawn,
            "articles": self.articles,
            "notes": list(self.notes),
            "error": self.error or None,
        }


@dataclass(frozen=True, slots=True)
class UpdateOutcome:
    """Outcome of an update. `generation` is the one that it published, "" if none was needed.
    `build_error` says why none could be published."""

    sources: tuple[SourceOutcome, ...] = field(default_factory=tuple)
    generation: str = ""
    build_error: str = ""

    @property
    def failed(self) -> bool:
        """True if nothing could be read, or if the index could not be built."""
        unread = [each.result is Result.FAILED for each in self.sources]
        return bool(self.build_error) or (bool(unread) and all(unread))

    @property
    def lines(self) -> list[str]:
        """A line for each source, and one for the index."""
        lines = [outcome.line for outcome in self.sources] or ["No source is due."]
        if self.build_error:
            cause = self.build_error.removeprefix("The index was not built: ")
            lines.append(f"The index was not built: {cause}")
        elif self.generation:
            lines.append(f"Generation {self.generation} answers now.")
        return lines

    def as_json(self) -> dict[str, Any]:
        """Return the outcome for JSON."""
        return {
            "sources": [outcome.as_json() for outcome in self.sources],
            "generation": self.generation or None,
            "build_error": self.build_error or None,
        }
