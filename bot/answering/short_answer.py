"""Finding the span in a sentence that answers by itself: an amount, a date, a name."""

import re
from collections.abc import Iterable, Sequence

from bot.answering.answer_kind import AnswerKind
from index.models import Span

_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_SCALE = r"(?:hundred|thousand|million|billion|trillion|bn|mn|tn|[mkb])"
_UNIT = r"(?:dollars?|euros?|pounds?|gigawatts?|megawatts?|kilowatts?|GW|MW|per ?cent|%)"
_LONG_MONTH = (
    r"(?:January|February|March|April|June|July|August|September|October|November|December)"
)
_MONTH = rf"(?:{_LONG_MONTH}|May|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?)"
_WEEKDAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_YEAR = r"(?:1[5-9]|20|21)\d\d"
_WORD_NUMBER = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?)"
_ORDINAL = r"(?:first|second|third|fourth)"

_AMOUNT = re.compile(
    rf"[$€£¥]\s?{_NUMBER}(?:[ -]?{_SCALE}\b)?"
    rf"|{_NUMBER}(?:[ -]{_SCALE})?\s?{_UNIT}(?!\w)"
    rf"|{_NUMBER}[ -]{_SCALE}\b"
)
_COUNT = re.compile(rf"{_NUMBER}(?: {_SCALE}\b)?|\b{_WORD_NUMBER}\b", re.IGNORECASE)
_DATE = re.compile(
    rf"(?:the )?{_ORDINAL} (?:half|quarter) of {_YEAR}"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}(?:,? {_YEAR})?"
    rf"|\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? {_YEAR})?"
    rf"|\b{_MONTH},? {_YEAR}"
    rf"|\b(?:early|mid|late)[ -](?:{_YEAR}|{_MONTH})"
    rf"|\b{_LONG_MONTH}\b|(?<=\b[Ii]n )May\b"
    rf"|\b{_YEAR}-\d\d-\d\d\b|\b{_YEAR}s?\b"
    rf"|\b(?:last|next|this) (?:year|month|week|quarter)\b"
    rf"|\b(?:\d+|{_WORD_NUMBER}) (?:days|weeks|months|years) ago\b"
    rf"|\b(?:yesterday|today|tomorrow|{_WEEKDAY})\b"
)
_CAPITALISED = r"(?:[A-ZÀ-ÖØ-Þ][\w&.’'-]*\w|[A-Z])"
_NAME = re.compile(rf"{_CAPITALISED}(?: (?:of |de |van |von |the )?{_CAPITALISED})*")
_ORGANISATION_WORD = re.compile(
    r"\b(?:Inc|Corp|Ltd|LLC|AG|PLC|Group|Company|Corporation|Journal|Times|Post|Bank|University|"
    r"Institute|Agency|Ministry|Council|Commission|Committee|Association|News|Reuters|Bloomberg|"
    r"Foundation|Holdings|Technologies|Systems|Labs?|Partners|Capital|Street)\b"
    r"|[A-Z]{2,}|[a-z][A-Z]"
)
# Capitalised at the start of a sentence or by custom, but no part of a name.
_NOT_A_NAME = re.compile(
    rf"(?:{_MONTH}|{_WEEKDAY}|The|A|An|In|On|At|By|For|This|That|These|Those|It|Its|He|She|They|We|"
    r"However|Meanwhile|But|And|Or|If|As|Both|Analysts?|Insiders?|Sources?|CEO|CFO|GPUs?|AI|US|"
    r"Whether|What|When|With|Under|Such|Some|There|Their|His|Her|One|Two|No|Not|According|"
    r"Although|While|Since|After|Before)"
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
        for span in _spans(kind, sentence)
        if sentence[span.start : span.end].casefold() not in question.casefold()
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


def _spans(kind: AnswerKind, sentence: str) -> Iterable[Span]:
    match kind:
        case AnswerKind.AMOUNT:
            return [Span(*match.span()) for match in _AMOUNT.finditer(sentence)]
        case AnswerKind.COUNT:
            return [Span(*match.span()) for match in _COUNT.finditer(sentence)]
        case AnswerKind.DATE:
            return [Span(*match.span()) for match in _DATE.finditer(sentence)]
        case AnswerKind.PERSON:
            return [span for span in _names(sentence) if _looks_like_person(sentence, span)]
        case AnswerKind.ORGANISATION:
            return [span for span in _names(sentence) if not _looks_like_person(sentence, span)]
        case _:
            return []


def _names(sentence: str) -> list[Span]:
    """Runs of capitalised words, without opening words that are no part of a name."""
    names = []
    for match in _NAME.finditer(sentence):
        start, end = match.span()
        text = re.sub(r"['’]s$", "", match.group())
        end = start + len(text)
        first, _, rest = text.partition(" ")
        if _NOT_A_NAME.fullmatch(first):
            start, text = start + len(first) + 1, rest
        if text and not _NOT_A_NAME.fullmatch(text):
            names.append(Span(start, end))
    return names


def _looks_like_person(sentence: str, span: Span) -> bool:
    """Two or three capitalised words without a word of an organisation's name."""
    name = sentence[span.start : span.end]
    return 2 <= len(name.split()) <= 3 and not _ORGANISATION_WORD.search(name)


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
