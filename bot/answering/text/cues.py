"""Cues that negate, soften or join statements: negations, hedges of several kinds, and causes.

Each cue is found by its words. Its scope is the content words after it in the same clause, or the
whole sentence. Two sentences are compared by these scopes. A "not" somewhere in the sentence is not
enough.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.answering.text.clauses import Boundary, clause_end, clause_start
from index.text.words import Word


class CueKind(StrEnum):
    NEGATION = "negation"
    HEARSAY = "hearsay"
    OPINION = "opinion"
    POSSIBILITY = "possibility"
    INTENTION = "intention"
    AT_LEAST = "at least"
    AT_MOST = "at most"
    CAUSE = "cause"


HEDGES = frozenset(CueKind) - {CueKind.NEGATION, CueKind.CAUSE}
_SAYING = r"(?:say|says|said|claim|claims|claimed|believe|suggest|suggests|suggested)"
_SOURCES = r"(?:insiders?|sources?|rumou?rs?|people (?:close to|familiar with|inside)[^,.;]{0,40}?)"
JUDGE = (
    r"(?:analysts?|critics?|experts?|observers?|investors?|economists?|commentators?|"
    r"s[ck]eptics?|opponents?|supporters?)"
)
_JUDGES = rf"(?:{JUDGE}(?: (?:at|of|in) [^,.;]{{1,40}}?)?|some|many|others)"
_OFTEN = r"(?:(?:also|now|already|still|often) )?"
# These verbs express or promote a view. "said" does not: speakers also report their own actions.
_OPINION = (
    rf"(?:{_JUDGES} )?{_OFTEN}"
    r"(?:argu(?:es?|ed)|contend(?:s|ed)?|believe[sd]?|thinks?|alleg(?:es?|ed)|insist(?:s|ed)?|"
    r"speculate[sd]?|predict(?:s|ed)?)"
    r"(?! (?:with|for|about|on|in|so)(?!\w)| (?:it|him|her|them)[.,;])|"
    rf"(?:{_JUDGES} )?{_OFTEN}"
    r"(?:claim(?:s|ed)?|(?:warn|caution)(?:s|ed)?|fear(?:s|ed)?|maintain(?:s|ed)?|estimate[sd]?)"
    r"(?: that|(?= (?:the|an?|its?|his|her|their|these|those)(?!\w)| (?-i:[A-Z])))|"
    r"in (?:the |an? )?(?:his|her|their|\w{2,20}['’]s?) (?:view|opinion|eyes)|"
    r"in the (?:view|opinion|eyes) of"
)
_WORDS = {
    CueKind.NEGATION: (
        r"not|no(?! (?:more|less|later) than)|never|none|nothing|neither|"
        r"nor|without|nobody|cannot|\w{2,9}n['’]t|little|hardly|barely|scarcely"
    ),
    CueKind.HEARSAY: (
        r"reportedly|allegedly|apparently|supposedly|purportedly|according to|seems?|appears? to|"
        r"(?:is|are|was|were|been) (?:said|believed|thought|understood|rumou?red|reported) to|"
        rf"{_SOURCES} (?:also )?{_SAYING}|they claim|suggests? that|rumou?red"
    ),
    CueKind.OPINION: rf"{_JUDGES} {_OFTEN}{_SAYING}|{_OPINION}",
    CueKind.POSSIBILITY: (
        r"may|might|could|possibly|perhaps|maybe|probably|likely|potential|potentially|possible|"
        r"possibility"
    ),
    CueKind.INTENTION: (
        r"(?:is|are|was|were) (?:expected|meant|due|set|scheduled|supposed) to|"
        r"(?:plans?|planned|intends?|intended|aims?|hopes?|hoped|wants?|wanted) to|should"
    ),
    CueKind.AT_LEAST: (
        r"at least|(?<!no )more than|or more|a minimum of|no less than|no fewer than|upwards of"
    ),
    CueKind.AT_MOST: (
        r"up to|as (?:much|many) as|at most|(?<!no )(?:less|fewer) than|or less|or fewer|nearly|"
        r"almost|a maximum of|no more than"
    ),
    CueKind.CAUSE: (
        r"because|so(?! far| much| many| long)|therefore|thus|which is why|as a result|due to|"
        r"thanks to|led to"
    ),
}
_CUES = {
    kind: re.compile(rf"(?<![\w'’])(?=\w)(?:{words})(?![\w'’])", re.IGNORECASE)
    for kind, words in _WORDS.items()
}
_MAY_MONTH = re.compile(r"May")  # a capital inside a sentence: the month, not the modal verb
# The scope of these cues is the rest of the sentence.
_OF_SENTENCE = re.compile(r"according to|in .+ (?:view|opinion|eyes)(?: of)?", re.IGNORECASE)
_BEHIND = re.compile(
    r"or (?:more|less|fewer)", re.IGNORECASE
)  # these cues follow the word that they modify
_SCOPE_WORDS = {
    CueKind.NEGATION: 3,
    CueKind.AT_LEAST: 1,
    CueKind.AT_MOST: 1,
    CueKind.OPINION: 8,  # it begins with a subject, and a claim may name a part of that
}
_MOST_SCOPE = 4


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue at its position in the text. `scope` holds the stems of the words that it modifies."""

    kind: CueKind
    start: int
    end: int
    scope: tuple[str, ...]

    def covers(self, stems: frozenset[str]) -> bool:
        """Return whether at least two thirds of the scope is in `stems`."""
        found = sum(stem in stems for stem in self.scope)
        return bool(self.scope) and found * 3 >= len(self.scope) * 2

    def meets(self, other: "Cue") -> bool:
        """Return whether both cues modify a common word. A cue at the end of a clause has no scope,
        and meets only another one without a scope."""
        if not self.scope or not other.scope:
            return self.scope == other.scope
        return not set(self.scope).isdisjoint(other.scope)


def read_cues(
    text: str, words: Sequence[Word], stems: Sequence[str], is_content: Callable[[int], bool]
) -> tuple[Cue, ...]:
    """Find the cues of the text, kind by kind. `stems` are the stems of `words`. `is_content` takes
    an index into `words` and returns whether that word is a content word."""
    said = [(word.start, stems[i]) for i, word in enumerate(words) if is_content(i)]
    cues = []
    for kind, start, end in _found(text):
        stop = clause_end(text, end, Boundary.SCOPE)
        if _OF_SENTENCE.fullmatch(text, start, end):
            # In "..., but according to them ..." the part before "but" is out of the scope.
            part = clause_start(text, start, Boundary.PART)
            first = part if part == start else 0
            scope = [stem for place, stem in said if first <= place and not start <= place < stop]
        elif _BEHIND.fullmatch(text, start, end):
            scope = [stem for place, stem in said if place < start][-1:]
        else:
            after = [stem for place, stem in said if end <= place < stop]
            scope = after[: _SCOPE_WORDS.get(kind, _MOST_SCOPE)]
            if kind is CueKind.OPINION and not scope:  # "..., analysts say"
                scope = [stem for place, stem in said if place < start]
        cues.append(Cue(kind, start, end, tuple(scope)))
    return tuple(cues)


def _found(text: str) -> Iterator[tuple[CueKind, int, int]]:
    for kind, pattern in _CUES.items():
        for match in pattern.finditer(text):
            if not (match.start() and _MAY_MONTH.fullmatch(match[0])):
                yield kind, *match.span()
