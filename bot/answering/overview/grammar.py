"""Grammar of messages that ask for an overview: "what's new?", "catch me up on the deal".

The whole message must match: "What is the latest figure for the repair?" is a question. A message
is polite words, one of the heads, and then a topic and a time, both optional."""

import re
from dataclasses import dataclass
from datetime import date

from bot.answering.overview.heads import CLOSER, HEADS, NAMED, OPENER, Head
from bot.answering.overview.starts import start_of
from bot.domain.models import OverviewKind
from bot.domain.overviews import OverviewRequest

_MOST_CHARS, _MOST_POLITE, _MOST_TOPIC_WORDS = 200, 4, 12
_SO_FAR = re.compile(r",? ?\b(?:so far|until now|up until now|up to now|till now|to date)$", re.I)
_LATELY = re.compile(
    r",? ?\b(?:lately|recently|yet|now|right now|currently|at the moment|these days|overnight)$",
    re.IGNORECASE,
)
_BEFORE_TIME = re.compile(
    r"(?:since|after|from|(?:in|over|during|for|within) the(?= (?:last|past) )|"
    r"(?=(?:today|yesterday|this|last)\b))",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"(?:on|about|of|with|regarding|concerning|around|from|at|in|for) ", re.IGNORECASE
)
_ASKS = re.compile(
    r"(?:who|whom|whose|what|when|where|which|why|how|whether|if|is|are|was|were|do|does|did)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"\b(?:that|which|who|when|where|why|how|whether|if)\b", re.IGNORECASE)
# Words that name no topic of their own.
_EVERYTHING = re.compile(
    r"(?:all )?(?:of )?(?:it|this|that|everything|things|us|me|here|there|"
    r"what(?:'?s| has| is| was)? (?:happen(?:ed|ing)|new|going on)|"
    r"everything(?: that)?(?:'?s| has)? happened|"
    r"(?:(?:the|this|that|these|those|your|our) )?(?:whole |entire |full )?"
    r"(?:stor(?:y|ies)|news|articles?|situation|events?|affair|saga|coverage|latest|past))"
    r"(?: (?:all|up))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Tail:
    """End of a message after its head: a topic, the start of a period in ISO 8601, "so far"."""

    topic: str = ""
    since: str = ""
    so_far: bool = False


def overview_asked(message: str, today: date | None = None) -> OverviewRequest | None:
    """Return the overview that a message asks for; None for any other message. Relative dates are
    resolved against `today`, by default the day in UTC."""
    if len(message) > _MOST_CHARS:
        return None
    text = _without_politeness(" ".join(message.replace("’", "'").split()))
    for head in HEADS:
        if found := head.pattern.match(text):
            request = _request(head, text[found.end() :], message, today)
            if request is not None:
                return request
    if (named := NAMED.fullmatch(text)) and not _ASKS.match(text):
        return OverviewRequest(
            kind=OverviewKind.TIMELINE, topic=_topic(named["topic"]) or "", question=message
        )
    return None


def _without_politeness(text: str) -> str:
    text = text.strip(" .?!,;:\"'*_~()[]-")
    for pattern in (OPENER, CLOSER):
        for _ in range(_MOST_POLITE):
            text = pattern.sub("", text, count=1)
    return text


def _request(head: Head, rest: str, message: str, today: date | None) -> OverviewRequest | None:
    tail = _tail(rest, head, today)
    if tail is None:
        return None
    kind = head.kind
    if head.recounts:  # "What happened?" is about all of it, "since Monday" about what is new
        if tail.topic and not tail.so_far:
            return None
        kind = OverviewKind.LATEST if tail.since else OverviewKind.TIMELINE
    return OverviewRequest(kind=kind, topic=tail.topic, since=tail.since, question=message)


def _tail(rest: str, head: Head, today: date | None) -> _Tail | None:
    """Read what follows a head. Return None if it is neither a topic nor a time."""
    rest = rest.strip(" ,:-")
    short = _SO_FAR.sub("", rest)
    so_far, rest = short != rest, _LATELY.sub("", short)
    timed = _time(rest, today)
    if timed is None:
        return None
    rest, since = timed
    if not rest:
        return _Tail("", since, so_far)
    found = _PREPOSITION.match(rest)
    if found is None and not head.takes_object and not _EVERYTHING.fullmatch(rest):
        return None
    topic = _topic(rest[found.end() :] if found else rest)
    return None if topic is None else _Tail(topic, since, so_far)


def _time(rest: str, today: date | None) -> tuple[str, str] | None:
    """Split a time off the end, as the start of a period. Return None if it cannot be read."""
    for match in _BEFORE_TIME.finditer(rest):
        if match.start() and rest[match.start() - 1] != " ":
            continue
        if since := start_of(rest[match.end() :], today):
            return rest[: match.start()].rstrip(" ,"), since
        if match[0].lower() == "since":
            return None
    return rest, ""


def _topic(words: str) -> str | None:
    """Return the topic; "" for everything, None if the words ask a question of their own."""
    words = words.strip(" ,\"'")
    if not words or _EVERYTHING.fullmatch(words):
        return ""
    asks = _ASKS.match(words) or _CLAUSE.search(words) or start_of(words)
    return None if asks or len(words.split()) > _MOST_TOPIC_WORDS else words
