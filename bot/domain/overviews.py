"""Requests for an overview of the articles: what is new, or what happened day by day."""

from collections.abc import Hashable

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.errors import QuestionError, Refusal
from bot.domain.models import OverviewKind, check_question
from index.articles.base.dates import utc_seconds

MOST_ENTRIES = 40
_ENTRIES = {OverviewKind.LATEST: 10, OverviewKind.TIMELINE: 20}


class OverviewRequest(BaseModel):
    """Request for an overview.

    `topic` limits it to what is about these words. `since` and `until` are dates or times in ISO
    8601; "" is no limit. `as_of` is a date or time in ISO 8601: the overview is of what was known
    then; "" means now. `limit` is the largest number of entries; 0 is the default of the kind.
    `known` is a generation that the asker has seen: nothing in it is new. `question` has the words
    of the asker, which the answer shows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: OverviewKind
    topic: str = ""
    since: str = ""
    until: str = ""
    as_of: str = ""
    limit: int = Field(default=0, ge=0, le=MOST_ENTRIES)
    known: str = ""
    question: str = ""
    id: str = ""

    @property
    def identity(self) -> Hashable:
        """Key shared by requests that get the same overview."""
        return type(self), *self.model_dump(exclude={"id"}).values()

    @property
    def entries(self) -> int:
        """Largest number of entries."""
        return self.limit or _ENTRIES[self.kind]


def check_overview(request: OverviewRequest) -> None:
    """Raise QuestionError if the topic is not a text that can be searched for, or if a date cannot
    be read."""
    if request.topic:
        check_question(request.topic)
    for moment in (request.since, request.until, request.as_of):
        if moment and utc_seconds(moment) is None:
            raise QuestionError(Refusal.DATE_UNREADABLE)
