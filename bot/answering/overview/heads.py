"""Beginnings of messages that ask for an overview, and the polite words around them."""

import re
from dataclasses import dataclass

from bot.domain.models import OverviewKind


@dataclass(frozen=True, slots=True)
class Head:
    """Beginning of a message. After one that `takes_object`, a topic needs no preposition:
    "summarise the deal". One that `recounts` asks what happened, which may also be a question."""

    kind: OverviewKind
    pattern: re.Pattern[str]
    takes_object: bool = False
    recounts: bool = False


OPENER = re.compile(
    r"^(?:hi|hey|hello|ok(?:ay)?|so|well|and|dealbot|please|pls|just|quickly|"
    r"(?:can|could|will|would) you|(?:can|could|may) (?:i|we) (?:get|have|see)|"
    r"(?:i|we) (?:want|need|would like)(?: to (?:see|have|get|know))?|"
    r"(?:i|we)'d like(?: to (?:see|have|get|know))?|let me (?:see|have|know))\b[,!:]? ",
    re.IGNORECASE,
)
CLOSER = re.compile(
    r"[ ,]{1,2}(?:please|pls|thanks|thank you|for (?:me|us)|briefly|quickly|in short|then|guys|"
    r"folks)$",
    re.IGNORECASE,
)
_GIVE = r"(?:(?:give|show|tell|bring|get|make|write|send)(?: me| us)? )?"
_THINGS = r"(?:news|updates?|developments?|headlines|changes)"
_RECENT = r"(?:(?:very )?(?:latest|newest|most recent|recent|new|fresh))"
_SHORT = r"(?:(?:quick|short|brief|full|complete|little) )?"
_SUMMARY = (
    r"(?:summary|recap|overview|rundown|run-down|time ?line|chronology|tl;?dr|synopsis|digest|"
    r"story so far|gist|short version)"
)
_IS = r"(?:'?s| is| are| has)"
_STORY = r"(?:whole |full |entire )?story"

_LATEST = (
    rf"what{_IS} new",
    rf"what{_IS} (?:the )?(?:{_RECENT}(?: {_THINGS}| word)?|{_THINGS})",
    rf"what{_IS} (?:happening|going on)",
    rf"what {_THINGS}(?: (?:is|are) there| do you have)?",
    r"(?:(?:is|are) there |(?:do|have) (?:you|we) (?:have |got )?|got )?"
    rf"(?:any ?thing (?:new|fresh)|(?:any|some)(?: {_RECENT}| more| further| other)? {_THINGS})",
    rf"{_GIVE}(?:(?:the|any|all|all the|some) )?(?:{_RECENT}(?: {_THINGS})?|{_THINGS})",
    r"update (?:me|us)",
    r"what(?:'?s| has| have)? changed",
    r"(?:has|have|did) any ?thing (?:new |else )?(?:happen(?:ed)?|changed?)",
    r"(?:what )?(?:did|have) (?:i|we) miss(?:ed)?(?: any ?thing)?",
)
_RECOUNTING = (r"what(?:'?s| has)? (?:happened|been happening|been going on)",)
_TIMELINE = (
    r"sum (?:it|this|that|everything|things|all) up",
    rf"(?:what(?:'?s| is) the (?={_SHORT}(?:tl|gist|short|story so|summary|recap|synopsis)))?"
    rf"{_SHORT}{_SUMMARY}",
    rf"{_GIVE}(?:(?:an?|the|your) )?{_SHORT}{_SUMMARY}",
    r"catch (?:me|us) up",
    r"(?:bring|get) (?:me|us) up to (?:date|speed)",
    r"fill (?:me|us) in",
    r"tell (?:me|us) (?:what(?:'?s| has)? happened|every ?thing(?: that)?(?:'?s| has)? happened|"
    rf"the {_STORY})",
    r"how did (?:we|it|things|all this|this) (?:get|come to) (?:here|this(?: point)?)",
    rf"what(?:'?s| is) (?:this|it|the {_STORY}|all this)(?: all)? about",
)
_TAKING_OBJECT = (
    r"(?:summari[sz]e|recap|sum up|outline|recount)",
    r"(?:walk|take|run|talk) (?:me|us) through",
)


def _heads(kind: OverviewKind, patterns: tuple[str, ...], **traits: bool) -> tuple[Head, ...]:
    whole = (re.compile(rf"(?:{each})(?![\w'-])", re.IGNORECASE) for each in patterns)
    return tuple(Head(kind, pattern, **traits) for pattern in whole)


HEADS = (
    *_heads(OverviewKind.TIMELINE, _TAKING_OBJECT, takes_object=True),
    *_heads(OverviewKind.TIMELINE, _TIMELINE),
    *_heads(OverviewKind.LATEST, _LATEST),
    *_heads(OverviewKind.TIMELINE, _RECOUNTING, recounts=True),
)
# "the Microsoft agreement timeline"
NAMED = re.compile(
    r"^(?P<topic>\w[^?!.;:]{1,60}) (?:time ?line|chronology|recap|in a nutshell)", re.IGNORECASE
)
