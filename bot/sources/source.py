"""Types of a source and its name."""

import re
from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.config.values import Interval
from index.errors import ExpectedError

LONGEST_ADDRESS = 2000
LONGEST_TITLE = 500
_LONGEST_ID = 40
_UNNAMED = "source"


class SourcesError(ExpectedError):
    """A source cannot be added, found or read, or the list of sources cannot be used."""


class Kind(StrEnum):
    """Kind of a source, found when it is added. The values are shown to users."""

    RSS = "RSS"
    ATOM = "Atom"
    JSON_FEED = "JSON Feed"
    SITEMAP = "sitemap"
    PAGE = "page"
    FILE = "file"
    FOLDER = "folder"

    @property
    def is_local(self) -> bool:
        return self in (Kind.FILE, Kind.FOLDER)

    @property
    def is_list(self) -> bool:
        """True if the source lists articles, so that old ones leave it in time."""
        return self in (Kind.RSS, Kind.ATOM, Kind.JSON_FEED, Kind.SITEMAP)


class Source(BaseModel):
    """A source as `sources.json` keeps it. `address` is a URL or an absolute path; `every` is its
    own interval, such as 15m, or None for the common one. `moved_from` is the address under which
    it was added, if its server has moved it since."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=_LONGEST_ID + 5)
    kind: Kind
    address: str = Field(min_length=1, max_length=LONGEST_ADDRESS)
    title: str = Field("", max_length=LONGEST_TITLE)
    every: Interval | None = None
    moved_from: str = ""
    added: AwareDatetime

    @property
    def first_address(self) -> str:
        """The address under which the source was added, which the ids of its articles depend on."""
        return self.moved_from or self.address

    def moved(self, address: str) -> "Source":
        """Return the source at another address."""
        return self.model_copy(update={"address": address, "moved_from": self.first_address})


def new_id(name: str, taken: set[str]) -> str:
    """Return an id made of a name in lower case letters, digits, dots and hyphens."""
    plain = re.sub(r"[^a-z0-9.]+", "-", name.casefold())[:_LONGEST_ID].strip("-.") or _UNNAMED
    numbered = (f"{plain}-{number}" for number in range(2, len(taken) + 3))
    return plain if plain not in taken else next(i for i in numbered if i not in taken)


def utc_text(moment: datetime) -> str:
    """Return a time as ISO 8601, to the second."""
    return moment.isoformat(timespec="seconds")
