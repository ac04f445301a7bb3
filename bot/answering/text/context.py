"""Detection of sentences that refer back to the one before, which a reader then needs as well."""

import re

from bot.answering.text.names import looks_like_person, names_in

_CONNECTIVE = (
    r"(?:however|meanwhile|moreover|furthermore|still|instead|also|then|but|and|yet|nevertheless|"
    r"in addition|in response|for now|since then|at the same time|as a result|even so)"
)
_REFERENCE = (
    r"(?:he|she|it|they|this|these|those|his|her|hers|its|their|theirs|such|both|"
    r"one is|that (?!is\b)\w+|neither|the (?:same|latter|former|two|compan(?:y|ies)|firm|move|"
    r"newspaper|decision|organi[sz]ation|agreement|statement|executive|spokesperson|announcement|report|remarks?))"
)
_PERSON = re.compile(rf"\W*(?:{_CONNECTIVE},? )?(?:he|she|his|her)\b", re.IGNORECASE)
_PRONOUN = re.compile(r"(?:he|she|it|his|its|her)\b", re.IGNORECASE)
_LEANS = re.compile(rf"\W*(?:{_CONNECTIVE},? )?{_REFERENCE}\b", re.IGNORECASE)


def leans_on_previous(sentence: str) -> bool:
    """Return whether the sentence opens with a word that refers back ("This deal", "However,
    they")."""
    return _LEANS.match(sentence) is not None


def named_by(sentence: str, before: str) -> str:
    """Replace the pronoun that opens the sentence by the first fitting name in the sentence before.
    Return "" if it opens with none, or if no name fits."""
    pronoun = _PRONOUN.match(sentence)
    if pronoun is None:
        return ""
    person = points_at_person(sentence)
    names = (name for name in names_in(before) if looks_like_person(before, name) is person)
    name = next(names, None)
    if name is None:
        return ""
    whose = "'s" if pronoun[0].lower() in {"his", "its", "her"} else ""
    return f"{before[name.start : name.end]}{whose}{sentence[pronoun.end() :]}"


def points_at_person(sentence: str) -> bool:
    """Return whether the sentence opens with "he", "she", "his" or "her"."""
    return _PERSON.match(sentence) is not None


def names_person(sentence: str) -> bool:
    """Return whether the sentence has what looks like a person's name."""
    return any(looks_like_person(sentence, name) for name in names_in(sentence))
