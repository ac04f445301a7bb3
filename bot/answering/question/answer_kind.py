"""The kind of thing that a question asks for, by its wording."""

import re
from enum import StrEnum


class AnswerKind(StrEnum):
    AMOUNT = "amount"
    COUNT = "count"
    DATE = "date"
    ORGANISATION = "organisation"
    PERSON = "person"
    PLACE = "place"
    REASON = "reason"
    MANNER = "manner"
    YES_NO = "yes-no"
    THING = "thing"
    OTHER = "other"


_ORGANISATION = (
    r"(?:compan(?:y|ies)|firms?|organi[sz]ations?|newspapers?|outlets?|rivals?|competitors?|"
    r"chip ?makers?|banks?|startups?|teams?|universit(?:y|ies)|part(?:y|ies))"
)
_PERSON = (
    r"(?:person|man|woman|executive|leader|chief|head|president|king|queen|author|actor|actress|"
    r"artist|singer|writer|player|scientist|ruler|character|ceo)"
)
_PLACE = (
    r"(?:city|cities|country|countries|states?|place|county|continent|location|region|town|river|"
    r"island|area|village|street|district)"
)
_MEASURE = r"(?:money|costs?|worth|valued?|valuation|price|budget|sum|amount|stake|size|capacity)"
_QUANTITY = (
    r"(?:percent\w*|number|population|proportion|age|length|height|rate|temperature|distance|"
    r"total|share|fraction)"
)
_UNITS = r"(?:dollars|gigawatts?|megawatts?|billions?|percent)"
_AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|"
    r"isn't|aren't|wasn't|doesn't|didn't|hasn't|haven't|won't)"
)

# The order matters: the first kind with a matching pattern decides.
_PATTERNS = {
    AnswerKind.AMOUNT: (
        r"\bhow (?:much|big|large|expensive)\b",
        rf"\bhow many {_UNITS}\b",
        rf"\bwhat(?:'?s| is| was| are| were) (?:the |its |their )?(?:\w+ ){{0,3}}{_MEASURE}\b",
        r"\bwhat (?:sum|amount|price)\b",
    ),
    AnswerKind.COUNT: (
        r"\bhow (?:many|long|old|tall|far|high|often|fast|deep|wide|heavy)\b",
        rf"\b(?:what|which)(?: is| was| are| were)?(?: the)? (?:\w+ )?{_QUANTITY}\b",
    ),
    AnswerKind.DATE: (
        r"^\W*(?:\w+\W+){0,2}when\b",  # excludes "What did they say when ..."
        r"\bwhen\W*$",
        r"\b(?:what|which) (?:\w+ )?(?:date|day|month|year|century|decade|time|quarter|season)\b",
        r"\b(?:how (?:soon|long ago)|deadline|due date|since when)\b",
    ),
    AnswerKind.ORGANISATION: (
        rf"\b(?:which|what|whose) (?:\w+ )?{_ORGANISATION}\b",
        rf"\bname the {_ORGANISATION}\b",
    ),
    AnswerKind.PERSON: (
        r"\bwho(?:se|m|'s|s)?\b",
        rf"\b(?:which|what) (?:\w+ )?{_PERSON}\b",
        rf"\bname of the (?:\w+ )?{_PERSON}\b",
    ),
    AnswerKind.PLACE: (r"\bwhere\b", rf"\b(?:what|which) (?:\w+ )?{_PLACE}\b"),
    AnswerKind.REASON: (
        r"\bwhy\b",
        r"\bhow come\b",
        r"\bwhat (?:caused|causes|led)\b",
        r"\b(?:what|which)(?: is| was| were| are)?(?: the| one)? (?:reasons?|cause|purpose)\b",
    ),
    AnswerKind.MANNER: (r"\bhow\b",),
    AnswerKind.YES_NO: (rf"^\W*(?:so |and |but )?{_AUXILIARY}\b",),
    AnswerKind.THING: (r"\b(?:what|which)\b",),
}
_COMPILED = {
    kind: re.compile("|".join(patterns), re.IGNORECASE) for kind, patterns in _PATTERNS.items()
}


def answer_kind(question: str) -> AnswerKind:
    """Return the first kind that the question's words ask for, else OTHER."""
    for kind, pattern in _COMPILED.items():
        if pattern.search(question):
            return kind
    return AnswerKind.OTHER
