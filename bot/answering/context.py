"""Telling that a sentence leans on the one before it, which a reader then needs as well."""

import re

_CONNECTIVE = (
    r"(?:however|meanwhile|moreover|furthermore|still|instead|also|then|but|and|yet|nevertheless|"
    r"in addition|in response|for now|since then|at the same time|as a result|even so)"
)
_REFERENCE = (
    r"(?:he|she|it|they|this|these|those|his|her|hers|its|their|theirs|such|both|"
    r"that (?!is\b)\w+|neither|the (?:same|latter|former|two|compan(?:y|ies)|firm|move|decision|"
    r"organi[sz]ation|agreement|statement|executive|spokesperson|announcement|report|remarks?))"
)
_LEANS = re.compile(rf"\W*(?:{_CONNECTIVE},? )?{_REFERENCE}\b", re.IGNORECASE)


def leans_on_previous(sentence: str) -> bool:
    """Whether the sentence opens with a word that points back ("This deal", "However, he")."""
    return _LEANS.match(sentence) is not None
