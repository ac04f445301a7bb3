"""Finding the span in a sentence that answers by itself: an amount, a date, a name."""

import re
from collections.abc import Iterable, Sequence

from bot.answering.answer_kind import AnswerKind
from bot.answering.names import LONG_MONTH, MONTH, WEEKDAY, looks_like_person, names_in
from index.models import Span

# Possessive and bounded on the left: without, a long row of digits takes seconds.
_NUMBER = r"(?<![\d.,])\d[\d,]*+(?:\.\d++)?"
_SCALE = r"(?:hundred|thousand|million|billion|trillion|bn|mn|tn|[mkb])"
_UNIT = r"(?:dollars?|euros?|pounds?|gigawatts?|megawatts?|kilowatts?|GW|MW|per ?cent|%)"
_YEAR = r"(?:1[5-9]|20|21)\d\d"
_WORD_NUMBER = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?)"
_ORDINAL = r"(?:first|second|third|fourth)"

_AMOUNT = re.compile(
    rf"[$€£¥]\s?{_NUMBER}(?:[ -]?{_SCALE}\b)?"
    rf"|{_NUMBER}(?:[ -]{_SCALE})?\s?{_UNIT}(?!\w)"
    rf"|{_NUMBER}[ -]{_SCALE}\b"
)
_SUM = re.compile(
    rf"[$€£¥]\s?{_NUMBER}(?:[ -]?{_SCALE}\b)?"
    rf"|{_NUMBER}(?:[ -]{_SCALE})? (?:dollars?|euros?|pounds?|yen)\b"
)
_ABOUT_MONEY = re.compile(
    r"\b(?:invest\w*|pa(?:y|id|ying)|costs?|worth|money|price[ds]?|spen[dt]|valued?|valuation|stake|"
    r"dollars?|rais(?:ed?|ing)|fund\w*)\b",
    re.IGNORECASE,
)
_SHARE = re.compile(rf"{_NUMBER}\s?(?:%|per ?cent\b|percentage points?\b)")
_ABOUT_SHARE = re.compile(r"\bper ?cent", re.IGNORECASE)
_ROLE = re.compile(
    r"\b(?:CEO|chief executive|chief|head(?:ed|s)?|boss|leads?|led|leader|runs?|president|"
    r"chair(?:man|woman)?)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(rf"{_NUMBER}(?: {_SCALE}\b)?|\b{_WORD_NUMBER}\b", re.IGNORECASE)
_DATE = re.compile(
    rf"(?:the )?{_ORDINAL} (?:half|quarter) of {_YEAR}"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)? {MONTH}(?:,? {_YEAR})?"
    rf"|\b{MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? {_YEAR})?"
    rf"|\b{MONTH},? {_YEAR}"
    rf"|\b(?:early|mid|late)[ -](?:{_YEAR}|{MONTH})"
    rf"|\b{LONG_MONTH}\b|(?<=\b[Ii]n )May\b"
    rf"|\b{_YEAR}-\d\d-\d\d\b|\b{_YEAR}s?\b"
    rf"|\b(?:last|next|this) (?:year|month|week|quarter)\b"
    rf"|\b(?:\d+|{_WORD_NUMBER}) (?:days|weeks|months|years) ago\b"
    rf"|\b{WEEKDAY}\b"
)
# "X, headed by A, and Y, headed by B": A stands next to Y and belongs to X all the same.
_CLAUSE = re.compile(r";|\b(?:and|but|while|whereas|as well as)\b")
_CLAUSE_CHARS = 60
_CLEARLY_NEARER = 0.8


def find_short_answer(kind: AnswerKind, question: str, sentence: str) -> Span | None:
    """The span of `sentence` that answers a question of this kind, where one plainly does: not
    one that the question names itself, and of several only one that stands clearly nearer to
    the question's words than the others."""
    spans = [
        span
        for span in _spans(kind, question, sentence)
        if not _names_itself(question, sentence[span.start : span.end])
    ]
    words = _shared_words(question, sentence)
    ranked = sorted(
        ((_distance(sentence, span, words), span) for span in spans), key=lambda pair: pair[0]
    )
    if not ranked:
        return None
    if len(ranked) > 1 and ranked[0][0] >= _CLEARLY_NEARER * ranked[1][0]:
        return None
    return ranked[0][1]


def _shares_a_name(question: str, name: str) -> bool:
    """ "Who is frustrated with Altman?" is not answered by "Sam Altman"."""
    return any(_names_itself(question, word) for word in name.split() if len(word) > 2)


def _role_fits(question: str, sentence: str, person: Span) -> bool:
    """Where the question asks who has a role somewhere, the person's role in the sentence must be
    there: "Jensen Huang, the chief executive of Nvidia" does not lead OpenAI."""
    if not _ROLE.search(question):
        return True
    places = [name for name in names_in(sentence) if not looks_like_person(sentence, name)]
    places = [name for name in places if not _ROLE.search(sentence[name.start : name.end])]
    roles = [Span(*match.span()) for match in _ROLE.finditer(sentence)]
    if not roles or not places:
        return True
    role = min(roles, key=lambda span: _gap(sentence, span, person))
    place = min(places, key=lambda span: _gap(sentence, span, role))
    return _shares_a_name(question, sentence[place.start : place.end])


def _names_itself(question: str, span: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(span)}(?!\w)", question, re.IGNORECASE) is not None


def _spans(kind: AnswerKind, question: str, sentence: str) -> Iterable[Span]:
    match kind:
        case AnswerKind.AMOUNT:
            amount = _SUM if _ABOUT_MONEY.search(question) else _AMOUNT
            return [Span(*match.span()) for match in amount.finditer(sentence)]
        case AnswerKind.COUNT if _ABOUT_SHARE.search(question):
            return [Span(*match.span()) for match in _SHARE.finditer(sentence)]
        case AnswerKind.COUNT:
            return [Span(*match.span()) for match in _COUNT.finditer(sentence)]
        case AnswerKind.DATE:
            dates = [Span(*match.span()) for match in _DATE.finditer(sentence)]
            if re.search(r"\byear\b", question, re.IGNORECASE):
                return [d for d in dates if re.search(_YEAR, sentence[d.start : d.end])]
            return dates
        case AnswerKind.PERSON:
            return [
                span
                for span in names_in(sentence)
                if looks_like_person(sentence, span)
                and not _shares_a_name(question, sentence[span.start : span.end])
                and _role_fits(question, sentence, span)
            ]
        case AnswerKind.ORGANISATION:
            return [span for span in names_in(sentence) if not looks_like_person(sentence, span)]
        case _:
            return []


def _shared_words(question: str, sentence: str) -> list[Span]:
    """Where the sentence has the question's longer words."""
    words = {word for word in re.findall(r"\w+", question.casefold()) if len(word) > 3}
    return [
        Span(*match.span())
        for match in re.finditer(r"\w+", sentence)
        if match.group().casefold() in words
    ]


def _distance(sentence: str, span: Span, words: Sequence[Span]) -> float:
    """In characters, on average over the words; a clause between counts as many more."""
    if not words:
        return 0.0
    return sum(_gap(sentence, span, word) for word in words) / len(words)


def _gap(sentence: str, span: Span, word: Span) -> int:
    first, second = sorted((span, word), key=lambda s: s.start)
    between = sentence[first.end : second.start]
    return len(between) + _CLAUSE_CHARS * len(_CLAUSE.findall(between))
