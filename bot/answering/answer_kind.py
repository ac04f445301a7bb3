"""What kind of thing a question asks for, from the way it is put."""

import re
from enum import StrEnum


class AnswerKind(StrEnum):
    AMOUNT = "amount"
    COUNT = "count"
    DATE = "date"
    PERSON = "person"
    ORGANISATION = "organisation"
    OTHER = "other"


_ORGANISATION = (
    r"(?:compan(?:y|ies)|firms?|organi[sz]ations?|newspapers?|outlets?|rivals?|competitors?|"
    r"chip ?makers?|banks?|startups?)"
)
_MEASURE = r"(?:money|cost|worth|valued?|price|size|sum|amount|stake|power|capacity)"
_UNITS = r"(?:dollars|gigawatts?|megawatts?|billions?|percent)"

# In this order: the first kind with a pattern that matches decides.
_PATTERNS = {
    AnswerKind.DATE: (
        r"\bwhen\b",
        r"\b(?:what|which) (?:date|day|month|year|time|quarter)\b",
        r"\bhow (?:soon|long ago)\b",
        r"\bdeadline\b",
    ),
    AnswerKind.AMOUNT: (
        r"\bhow (?:much|big|large|high|expensive)\b",
        rf"\bhow many {_UNITS}\b",
        rf"\bwhat (?:is|was|are|were) the (?:\w+ ){{0,3}}{_MEASURE}\b",
        r"\bwhat (?:sum|amount|price)\b",
    ),
    AnswerKind.COUNT: (r"\bhow many\b",),
    AnswerKind.ORGANISATION: (
        rf"\b(?:which|what|whose) (?:\w+ )?{_ORGANISATION}\b",
        rf"\bname the {_ORGANISATION}\b",
    ),
    AnswerKind.PERSON: (
        r"\bwho(?:se|m)?\b",
        r"\b(?:which|what) (?:person|man|woman|executive|leader)\b",
        r"\bname of the (?:\w+ )?(?:ceo|chief|head|leader|executive)\b",
    ),
}
_COMPILED = {
    kind: re.compile("|".join(patterns), re.IGNORECASE) for kind, patterns in _PATTERNS.items()
}


def answer_kind(question: str) -> AnswerKind:
    """The first kind that the question's words ask for, else OTHER."""
    for kind, pattern in _COMPILED.items():
        if pattern.search(question):
            return kind
    return AnswerKind.OTHER
