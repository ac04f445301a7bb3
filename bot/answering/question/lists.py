"""Questions that ask for several things: "which rivals?", "what are the goals?", "who else?"."""

import re

from index.text.words import read_words

# The noun asked for, in the plural: "which two rivals", "what are OpenAI's main goals".
_WHICH = re.compile(r"\b(?:which|what)(?: other| two| three)? (?P<noun>[a-z]+)\b", re.IGNORECASE)
_WHAT_ARE = re.compile(
    r"\b(?:what|who)(?: are|'re| were)(?: (?:the|some|its|their|his|her))? (?P<noun>.{1,80})",
    re.IGNORECASE,
)
_ELSE = re.compile(
    r"\b(?:who|what|which ones?) else\b|^\W*(?:list|name) (?:all|the)\b", re.IGNORECASE
)
_NO_PLURALS = ("ss", "us", "is")


def asks_for_list(question: str) -> bool:
    """Return whether the question asks for more than one thing, by the number of its noun."""
    if _ELSE.search(question):
        return True
    if found := _WHICH.search(question):
        return _is_plural(found["noun"])
    found = _WHAT_ARE.search(question)
    return found is not None and any(_is_plural(w.lower) for w in read_words(found["noun"])[:4])


def _is_plural(noun: str) -> bool:
    noun = noun.lower()
    return len(noun) > 3 and noun.endswith("s") and not noun.endswith(_NO_PLURALS)
