"""Finding the span in a sentence that answers by itself: an amount, a date, a name."""

import re
from collections.abc import Iterable

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
    rf"|\b(?:\d+|{_WORD_NUMBER}) (?:days|weeks|months|years) (?:ago|later|after|before|earlier)\b"
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


def find_short_answer(kind: AnswerKind, question: str, sentence: str) -> Span | None:
    """The span of `sentence` that answers a question of this kind, where one plainly does: not
    one that the question names itself, and the one nearest to the question's words where
    several would do."""
    spans = [
        span
        for span in _spans(kind, sentence)
        if sentence[span.start : span.end].casefold() not in question.casefold()
    ]
    if not spans:
        return None
    shared = _shared_word_positions(question, sentence)
    return min(spans, key=lambda span: (_distance(span, shared), span.start))


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
        case AnswerKind.OTHER:
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


def _shared_word_positions(question: str, sentence: str) -> list[int]:
    words = {word for word in re.findall(r"\w+", question.casefold()) if len(word) > 3}
    return [m.start() for m in re.finditer(r"\w+", sentence) if m.group().casefold() in words]


def _distance(span: Span, positions: list[int]) -> int:
    return min((min(abs(span.start - p), abs(span.end - p)) for p in positions), default=0)
