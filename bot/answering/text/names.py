"""Names in a text, found by their capitals."""

import re

from index.models import Span

LONG_MONTH = (
    r"(?:January|February|March|April|June|July|August|September|October|November|December)"
)
MONTH = rf"(?:{LONG_MONTH}|May|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?)"
WEEKDAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_CAPITALISED = r"(?:[A-ZÀ-ÖØ-Þ][\w&.’'-]*\w|[A-Z])"
_NAME = re.compile(rf"(?<!\w){_CAPITALISED}(?: (?:of |de |van |von |the )?{_CAPITALISED})*")
_ORGANISATION_WORD = re.compile(
    r"\b(?:Inc|Corp|Ltd|LLC|AG|PLC|Group|Company|Corporation|Journal|Times|Post|Bank|University|"
    r"Institute|Agency|Ministry|Council|Commission|Committee|Association|News|Reuters|Bloomberg|"
    r"Foundation|Holdings|Technologies|Systems|Labs?|Partners|Capital|Street)\b"
    r"|[A-Z]{2,}|[a-z][A-Z]"
)
_POSSESSIVE = re.compile(r"(?<=\w)(['’]s\b ?)")
# Capitalised at the start of a sentence or by custom, but not part of a name.
_NOT_A_NAME = re.compile(
    rf"(?:{MONTH}|{WEEKDAY}|I(?:['’]m)?|The|A|An|In|On|At|By|For|This|That|These|Those|It|Its|He|She|They|We|"
    r"However|Meanwhile|But|And|Or|If|As|Both|Analysts?|Insiders?|Sources?|CEO|CFO|GPUs?|AI|US|"
    r"Whether|What|When|With|Under|Such|Some|There|Their|His|Her|One|Two|No|Not|According|"
    r"Although|While|Since|After|Before|Who|Whom|Whose|Which|Where|Why|How|Did|Does|Do|Is|Are|"
    r"Was|Were|Has|Have|Had|Can|Could|Will|Would|Should|Tell|Give|Name|Yes|So|Then|Also)"
)


def names_in(sentence: str) -> list[Span]:
    """Find runs of capitalised words, without opening words that are not part of a name. In
    "Nvidia's CEO" the name is "Nvidia"."""
    names = []
    for match in _NAME.finditer(sentence):
        start = match.start()
        for piece in _POSSESSIVE.split(match.group()):  # names, and the "'s " between them
            if name := _without_openers(piece, start):
                names.append(name)
            start += len(piece)
    return names


def _without_openers(piece: str, start: int) -> Span | None:
    """Strip the words that are not part of a name from the start of a piece at offset `start`.
    Return None if no name is left."""
    text, end = piece, start + len(piece)
    first, _, rest = text.partition(" ")
    while rest and (_NOT_A_NAME.fullmatch(first) or first.islower()):
        text = rest
        first, _, rest = text.partition(" ")
    if not text[:1].isupper() or _NOT_A_NAME.fullmatch(text):
        return None
    return Span(end - len(text), end)


def looks_like_person(sentence: str, span: Span) -> bool:
    """Return whether the span has two or three words, and none that is typical of organisations."""
    name = sentence[span.start : span.end]
    return 2 <= len(name.split()) <= 3 and not _ORGANISATION_WORD.search(name)
