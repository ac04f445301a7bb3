"""State of one source: what was read last, and what its archive has."""

from collections.abc import Callable, Iterable
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.sources.archive import Record, record_digest, records_from, text_digest
from bot.sources.json_file import read_json, write_json

_FOLDER = "state"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class KnownArticle(_Model):
    """Digests of the newest archived version of an article. `digest` is "" once it is
    withdrawn."""

    digest: str = ""
    text: str = ""


class KnownItem(_Model):
    """An item of a feed as it was read last: a digest of what the feed gave, and the id of its
    article. `url` is its page. `gone` is set if the last update found no such page."""

    digest: str
    article: str
    url: str = ""
    gone: bool = False


class KnownPage(_Model):
    """The page that an article's text comes from, as it was read last at `checked`. `title`,
    `source` and `published` are those of the feed, and `words` counts its teaser. The article
    exists since `since`."""

    url: str
    title: str = ""
    source: str = ""
    published: str = ""
    words: int = 0
    etag: str = ""
    last_modified: str = ""
    since: AwareDatetime
    checked: AwareDatetime


class SourceState(_Model):
    """State of one source.

    `etag` and `last_modified` are those of the last answer that was used completely. `items` are
    those of the last reading in the order of the feed, and `doubtful` those that left it without a
    sign that they only fell off its end. `pages` are those of recent articles, by their ids.
    `moved_to` is the permanent address that the server named at the last reading.
    `articles` covers the first `archived` bytes of the archive."""

    etag: str = ""
    last_modified: str = ""
    items: dict[str, KnownItem] = Field(default_factory=dict)
    doubtful: dict[str, KnownItem] = Field(default_factory=dict)
    pages: dict[str, KnownPage] = Field(default_factory=dict)
    moved_to: str = ""
    articles: dict[str, KnownArticle] = Field(default_factory=dict)
    archived: int = 0

    def catch_up(self, archive: Path, on_damage: Callable[[str], None] = lambda _: None) -> None:
        """Learn the records that were appended after the state was written, as a killed update
        leaves them. If the archive has shrunk or is missing, it is read from the start, and the
        next reading of the source is complete, because records may be lost. `on_damage` gets a
        line about each damaged record."""
        size = archive.stat().st_size if archive.exists() else 0
        if size < self.archived:
            self.articles, self.archived = {}, 0
            self.etag = self.last_modified = ""
            self.items, self.pages = {}, {}
        if size > self.archived:
            self.learn(records_from(archive, self.archived, on_damage), size)

    def learn(self, records: Iterable[Record], archived: int) -> None:
        """Record what the archive now has, in `archived` bytes."""
        for record in records:
            text = text_digest(record.get("text", ""))
            self.articles[record["id"]] = KnownArticle(digest=record_digest(record), text=text)
        self.archived = archived

    @property
    def held(self) -> int:
        """Number of articles that are not withdrawn."""
        return sum(bool(known.digest) for known in self.articles.values())


def state_path(folder: Path, source_id: str) -> Path:
    """Return the file with the state of a source."""
    return folder / _FOLDER / f"{source_id}.json"


def read_state(folder: Path, source_id: str) -> SourceState:
    """Read the state of a source; an empty one if there is none. Raises SourcesError if it is
    damaged."""
    return read_json(state_path(folder, source_id), SourceState)


def write_state(folder: Path, source_id: str, state: SourceState) -> None:
    """Replace the state of a source."""
    write_json(state_path(folder, source_id), state)
