"""Overview requests from words that a user typed."""

from bot.answering.overview.starts import read_start
from bot.answering.time.moments import read_as_of
from bot.domain.models import OverviewKind
from bot.domain.overviews import OverviewRequest, check_overview


def overview_request(
    kind: OverviewKind, *, topic: str = "", since: str = "", as_of: str = ""
) -> OverviewRequest:
    """Build a request; blank words are no limit. Raises QuestionError for a topic that cannot be
    searched for, and for a date that cannot be read or is in the future."""
    request = OverviewRequest(
        kind=kind, topic=topic.strip(), since=read_start(since), as_of=read_as_of(as_of)
    )
    check_overview(request)
    return request
