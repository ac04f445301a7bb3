"""Unstated text: words of a sentence that it only orders, asks, supposes, wishes or denies.

"Say that the bank is broke" and "if the bank were broke" have every word of "the bank is broke".
Each such part is found by the cue that governs it: a verb in its base form without a subject, a
question mark, an "if", a "whether", a "denied that".
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.answering.text.addressing import addresses_a_model
from bot.answering.text.clauses import Boundary, clause_end, clause_start
from index.models import Span


class Mood(StrEnum):
    """The mood of unstated text. A claim in the same mood may rest on that text. The first two
    moods are the exception: orders and questions state nothing."""

    ORDER = "order"
    QUESTION = "question"
    UNSAID = "unsaid"
    CONDITION = "condition"
    WHETHER = "whether"
    ATTITUDE = "attitude"


_MOST_SHOWN = 80  # characters shown of a sentence that is an order as a whole
STATES_NOTHING = frozenset({Mood.ORDER, Mood.QUESTION})
# Text in these moods is about a fact, which it does not settle.
LEAVES_OPEN = frozenset({Mood.CONDITION, Mood.WHETHER, Mood.ATTITUDE})


@dataclass(frozen=True, slots=True)
class Unstated:
    """A part of a text that states nothing. `cue` is what governs the words in `scope`."""

    mood: Mood
    cue: Span
    scope: Span


_SPEAK = (
    r"(?:say|tell|state|claim|answer|reply|respond|write|output|print|repeat|assert|declare|"
    r"announce|confirm|report|conclude|insist|affirm|mention|pretend|believe|add|explain|argue|admit|"
    r"be (?:told|informed|reminded|assured|shown))"
)
_SPEAKS = re.compile(_SPEAK)
_SAID = r"(?=:|\s+(?:that|whether|how|why|what|who|when|where|[\"“‘'])|\s+[\"“‘])"
# Verbs that begin a sentence only as orders. Others may be nouns ("Report", "State").
_ORDERS = frozenset(
    "ignore disregard forget tell say write respond pretend imagine assume suppose behave obey "
    "comply remember consider translate summarize summarise rewrite insert append cite decode "
    "encode override bypass reveal confirm declare announce conclude mention include repeat follow "
    "treat become believe accept agree describe let make reply act answer do don never always "
    "output lie begin".split()
)
_AFTER_ORDER = frozenset(
    "that this these those the a an all any every each no only my your our his her its their it me "
    "us him them yourself whatever anything everything nothing everybody everyone people".split()
)
# Words that open statements too. "nearing" and "evening" make "near" and "even" look like verbs.
_NO_ORDERS = frozenset(
    "like near even past round down up out last next still well long half second back further open "
    "while during under over after before since despite following given both only just also over "
    "once by in on at to for with from as is are was were has had have will would can could may "
    "might must should shall be been being not so if and or but what who when where how why that "
    "this these those the all any some most many much more less few part off bar save within "
    "without through across along among around against about into onto upon until till".split()
)
_FINITE = frozenset(
    "is was are were has had have will would can could may might does did of and or".split()
)
_BEFORE_ORDER = (
    r"(?:(?:please|now|then|just|kindly|always|never|so|and|but|instead|first|finally|next|also|"
    r"immediately|simply|do not|don['’]t|do|you|ok|okay|again|only)[, ]\s?){0,3}"
)
_ORDER_START = re.compile(
    r"(?:^|(?:(?<![A-Z])(?<![A-Z][a-z])(?<![A-Z][a-z]{2})(?<![A-Z][a-z]{3})\."
    r"|[!?:;…—–|>\n]|\. (?=[A-Z])|(?<!\w)[\"“‘(\[]|[*_#`]))"
    rf"[\W_]{{0,6}}+(?i:(?:\d{{1,2}}[.)]\s)?{_BEFORE_ORDER}(?P<verb>[a-z]{{2,20}}))(?![\w'’])"
)
_NEXT = re.compile(r"(?P<mark>\s?:|\s[\"“‘])|\s+(?P<word>[^\W\d_]+)")
_ORDER = re.compile(
    # "Dear reader, say that": a single comma does not stand between a subject and its verb.
    rf"^[^,.;!?]{{1,80}},\s+(?:please |always |just |only )?{_SPEAK}{_SAID}"
    rf"|^\W{{0,4}}(?:when|whenever|if|for|from|once|every|each)\s[^,.;!?]{{1,80}},\s+"
    rf"(?:please |always |just |only )?{_SPEAK}(?!\w)"
    r"|(?<!\w)you (?:must|should|shall|have to|need to|are (?:now|to|hereby|required|instructed|"
    rf"ordered|asked|told)|will now|now|{_SPEAK})(?!\w)"
    rf"|(?<!\w)(?:please|kindly) {_SPEAK}(?!\w)",
    re.IGNORECASE,
)
_UNSAID = re.compile(
    r"(?<!\w)(?:must|should|shall|will|would|can|could|may|might|to|not|cannot|\w{2,6}n['’]t|never|"
    r"always|then|let['’]s|let us)\s(?:(?:\w{2,12}ly|only|always|never|also|just|now|even|instead) "
    rf"){{0,2}}{_SPEAK}(?:(?: (?:to )?\w{{1,15}}){{0,3}}{_SAID}|\s(?-i:(?=[A-Z])))"
    r"|(?<!\w)(?:without|of|from|avoids?|avoided) (?:say|stat|claim|confirm|announc)ing(?!\w)",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"(?<!\w)(?:if|unless|in case|provided that|on condition that|assuming that|supposing|"
    r"in the event)(?!\w)"
    r"|^\W{0,4}(?:should|were|had)(?= (?:the|a|an|it|he|she|they|this|that)(?!\w)| (?-i:[A-Z]))",
    re.IGNORECASE,
)
# After these words an "if" governs only its own clause: "even if", "as if", "asked if".
_IF_OF_CLAUSE = re.compile(
    r"(?<!\w)(?:even|as|ask(?:s|ed|ing)?|knows?|known|wonder(?:s|ed|ing)?|sees?|unclear|says?|"
    r"matter|tells?|sure|certain|doubt(?:s|ed)?)(?: \w{1,12})? $",
    re.IGNORECASE,
)
_WHETHER = re.compile(r"(?<!\w)(?:whether|as though)(?!\w)", re.IGNORECASE)
_THOUGHTS = (
    r"(?:hop(?:es?|ed|ing)|wish(?:es|ed|ing)?|wants?|wanted|demand(?:s|ed|ing)?|request(?:s|ed)?|"
    r"urg(?:es?|ed|ing)|requir(?:es?|ed|ing)|dream(?:s|ed|t)?|imagin(?:es?|ed|ing)|pretend(?:s|ed|ing)?|"
    r"suppos(?:es?|ed|ing)|assum(?:es?|ed|ing|ptions?)|doubt(?:s|ed|ing)?|fear(?:s|ed|ing)?|"
    r"den(?:y|ies|ied|ying|ials?)|disput(?:es?|ed|ing)|refut(?:es?|ed|ing)|reject(?:s|ed|ing)?|"
    r"rul(?:es?|ed|ing) out|excluded?|omit(?:s|ted)?|rumou?rs?|"
    r"possib(?:le|ility)|prospects?|risks?|ideas?|"
    r"notions?|myths?|speculat(?:ion|es?|ed)|scenarios?|chances?|likelihood|worr(?:y|ies|ied)|"
    r"concerns?|allegations?|accusations?|suspicions?|impossible|unlikely|conceivable|false|"
    r"untrue|not true|unthinkable)"
)
_ATTITUDE = re.compile(
    rf"(?<!\w){_THOUGHTS} (?:\w{{1,15}} )?that(?!\w)"
    r"|(?<!\w)wish(?:es|ed)?(?= (?:it|he|she|they|we|I|the|a|(?-i:[A-Z]))(?!\w{0,20} to(?!\w)))"
    r"|^\W{0,4}(?-i:May)(?= (?:the|all|you|they|he|she|it|your|his)(?!\w)| (?-i:[A-Z]))"
    r"|(?<!\w)if only(?!\w)",
    re.IGNORECASE,
)
_KEEPS = {
    Mood.UNSAID: re.compile(
        rf"{_UNSAID.pattern}|(?<!\w)(?:not|never|un)(?: \w{{1,12}})? ?(?:reported|known|named|"
        r"given|said|clear|specified|disclosed|told)(?!\w)",
        re.IGNORECASE,
    ),
    Mood.CONDITION: re.compile(
        r"(?<!\w)(?:if|unless|in case|provided|would|in the event|scenario|should)(?!\w)", re.I
    ),
    Mood.WHETHER: re.compile(
        r"(?<!\w)(?:whether|if|as though|un(?:clear|certain|known|decided|resolved)|doubt(?:s|ed)?|"
        r"questions?|may|might|could|open|not|no)(?!\w)",
        re.IGNORECASE,
    ),
    Mood.ATTITUDE: re.compile(rf"(?<!\w)(?:{_THOUGHTS}|may|might|could)(?!\w)", re.IGNORECASE),
}
_CLOSING = {'"': '"', "“": "”", "‘": "’"}
_QUESTION = re.compile(r"\?(?![\w/=&%])")
_QUOTE = re.compile(r"[“\"(]")


def read_unstated(text: str, is_verb: Callable[[str], bool]) -> tuple[Unstated, ...]:
    """Find all unstated parts of a text, which may overlap. `is_verb` takes a lower-case word and
    returns whether it may be the base form of a verb."""
    if addresses_a_model(text):
        shown = Span(0, min(len(text), _MOST_SHOWN))
        return (Unstated(Mood.ORDER, shown, Span(0, len(text))),)
    return (
        *_orders(text, is_verb),
        *_questions(text),
        *_conditions(text),
        *_complements(text, Mood.UNSAID, _UNSAID),
        *_complements(text, Mood.WHETHER, _WHETHER),
        *_complements(text, Mood.ATTITUDE, _ATTITUDE),
    )


def not_kept(
    text: str, unstated: Sequence[Unstated], claim: str, quotes: Sequence[str]
) -> tuple[Unstated, ...]:
    """Select the unstated parts that the claim neither puts in the same mood nor has in its
    quotes."""
    kept = {mood for mood, pattern in _KEEPS.items() if pattern.search(claim)}
    return tuple(
        each
        for each in unstated
        if each.mood not in kept and not any(_told(text, each) in quote for quote in quotes)
    )


def _told(text: str, unstated: Unstated) -> str:
    return text[unstated.scope.start : unstated.scope.end].strip(" .,;:!?")


def blanked(text: str, unstated: Sequence[Unstated]) -> str:
    """Replace the unstated parts by spaces; all other text keeps its position."""
    for each in unstated:
        start, end = each.scope.start, each.scope.end
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _orders(text: str, is_verb: Callable[[str], bool]) -> Iterator[Unstated]:
    """Find orders. An order governs all text after it, up to the end of its quotation."""
    for match in _ORDER_START.finditer(text):
        verb = Span(*match.span("verb"))
        if _is_order(match["verb"].lower(), text[verb.end :], is_verb):
            yield Unstated(Mood.ORDER, verb, Span(verb.start, _quote_end(text, match.start())))
    for match in _ORDER.finditer(text):
        yield Unstated(Mood.ORDER, Span(*match.span()), Span(match.start(), len(text)))


def _quote_end(text: str, start: int) -> int:
    """Find the end of the quotation that begins at `start` inside the text, or else the end of the
    text."""
    closing = _CLOSING.get(text[start]) if start else None
    end = text.find(closing, start + 1) if closing else -1
    return end if end >= 0 else len(text)


def _is_order(verb: str, rest: str, is_verb: Callable[[str], bool]) -> bool:
    following = _NEXT.match(rest)
    word = (following["word"] or "").lower() if following else ""
    if word in _FINITE:
        return False
    if verb in _ORDERS or (following and following["mark"] and _SPEAKS.fullmatch(verb)):
        return True
    return word in _AFTER_ORDER and verb not in _NO_ORDERS and is_verb(verb)


def _questions(text: str) -> Iterator[Unstated]:
    for mark in _QUESTION.finditer(text):
        quotes = [match.end() for match in _QUOTE.finditer(text, 0, mark.start())]
        start = max(clause_start(text, mark.start(), Boundary.STOP), *quotes, 0)
        yield Unstated(Mood.QUESTION, Span(*mark.span()), Span(start, mark.end()))


def _conditions(text: str) -> Iterator[Unstated]:
    """Find conditions. They make the whole sentence conditional, or only a clause as in "even
    if"."""
    for match in _CONDITION.finditer(text):
        scope = Span(0, len(text))
        if _IF_OF_CLAUSE.search(text, 0, match.start()):
            scope = Span(match.end(), clause_end(text, match.end(), Boundary.MARK))
        yield Unstated(Mood.CONDITION, Span(*match.span()), scope)


def _complements(text: str, mood: Mood, cue: re.Pattern[str]) -> Iterator[Unstated]:
    for match in cue.finditer(text):
        end = clause_end(text, match.end(), Boundary.STOP | Boundary.JOINT)
        scope = Span(match.end(), end)
        yield Unstated(mood, Span(*match.span()), scope)
