"""Status of all sources: when they were read, what failed, and which archives the index has."""

from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.sources.json_file import read_json, write_json

_FILE = "state.json"


class SourceStatus(BaseModel):
    """Status of one source. `tried` is the last attempt and `succeeded` the last one that worked;
    `failures` counts those since, and `error` is the last one. `wait_until` is when the server
    allows the next attempt. `articles` counts those that are not withdrawn."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tried: AwareDatetime | None = None
    succeeded: AwareDatetime | None = None
    failures: int = 0
    error: str = ""
    wait_until: AwareDatetime | None = None
    articles: int = 0


class Statuses(BaseModel):
    """Status of all sources by their ids. `indexed` has the size of each archive when the index was
    last built, by its file name."""

    model_config = ConfigDict(extra="forbid")

    sources: dict[str, SourceStatus] = Field(default_factory=dict)
    indexed: dict[str, int] = Field(default_factory=dict)

    def of(self, source_id: str) -> SourceStatus:
        """Return the status of a source; that of a new one if it was never read."""
        return self.sources.get(source_id, SourceStatus())


def read_statuses(folder: Path) -> Statuses:
    """Read the status file in the folder of the sources. Raises SourcesError if it is damaged."""
    return read_json(folder / _FILE, Statuses)


def write_statuses(folder: Path, statuses: Statuses) -> None:
    """Replace the status file. The caller holds the lock of the folder."""
    write_json(folder / _FILE, statuses)
