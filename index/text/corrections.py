"""Values that a correction takes back: "An earlier version said $750 million. It is $570 million."

A correction note has clauses that state the wrong value and clauses that state the right one. The
clause with the wrong value is withdrawn, and so are sentences of the same article that repeat the
value.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from index.models import BlockKind, Span
from index.text.quantities import Quantity, read_quantities
from index.text.words import FUNCTION_WORDS, read_words

Sentence = tuple[Span, BlockKind]

_WRONG = re.compile(
    r"\b(?:earlier|previous|original|prior|initial|first|print|online) (?:\w+ )?"
    r"(?:versions?|stor(?:y|ies)|articles?|reports?|editions?|headlines?|dispatch)\b"
    r"|\b(?:mis(?:stated|identified|spelled|spelt|reported|quoted|named|attributed|represented)"
    r"|incorrectly|erroneously|wrongly|mistakenly|in error|previously (?:reported|stated|said))\b",
    re.IGNORECASE,
)
# After these the other value follows: the wrong one after the right one, or the reverse.
_CONTRAST = r"instead of|rather than|(?:and |but )?not\b(?! (?:only|immediately|yet))"
_CLAUSE = re.compile(
    rf"(?P<other>,? ?\(?\b(?:{_CONTRAST}))"
    r"|(?P<next>;|\s[–—]\s|—|\s--\s|,? but\b|,? when\b|,? whereas\b)",
    re.IGNORECASE,
)
_CHANGED = re.compile(r"\b(?:correct|chang|amend|updat|revis)\w*", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\b(?P<wrong>.{1,60}?)\bto\b|\bfrom\b(?P<last>.{1,60})$")
_NAME = re.compile(
    r"(?:\b(?:as|called|named|instead of|rather than)|\bnot|^)(?: in| at| on| by| of| the)? "
    r"(?P<name>[A-Z][\w'’-]*(?:\.(?=\s[a-zA-Z]))?(?: (?:[A-Z][\w'’-]*|\d{1,4}\b))*)"
)
_RIGHT_NAME = re.compile(r"[A-Z][\w'’-]*(?: (?:[A-Z][\w'’-]*|\d{1,4}\b))*")
_TOPIC = re.compile(r"[^\W\d_]{4,}")
# Words of the note itself, which say nothing about what was corrected.
_NOTE_WORDS = frozenset(
    "correction corrections corrected clarification version article story report earlier previous "
    "original said stated misstated incorrectly amount value figure number total name reported "
    "editor note updated worth company million billion trillion thousand percent dollars euros "
    "pounds".split()
)
_OPENING_WORDS = FUNCTION_WORDS | _NOTE_WORDS


@dataclass(slots=True)
class _Values:
    """Quantities and names of the clauses of one kind."""

    quantities: list[tuple[Quantity, str]] = field(default_factory=list)  # with the noun after it
    names: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.quantities or self.names)

    def are_in(self, text: str) -> bool:
        return any(
            quantity.is_same(ours) and (quantity.unit or noun == our_noun)
            for quantity, noun in _quantities(text)
            for ours, our_noun in self.quantities
        ) or any(_has_name(text, name) for name in self.names)


@dataclass(frozen=True, slots=True)
class _Clause:
    span: Span
    wrong: bool
    contrast: bool  # joined to the clause before by "not" or "instead of"


def with_withdrawn(text: str, sentences: Sequence[Sentence]) -> list[Sentence]:
    """Mark what corrections take back as withdrawn. A sentence of a correction that states the
    wrong value and then the right one after a semicolon is cut in two."""
    marked = list(sentences)
    for note in _notes(sentences):
        marked = _apply(text, note, marked)
    return marked


def _notes(sentences: Sequence[Sentence]) -> Iterator[list[Span]]:
    note: list[Span] = []
    for span, kind in sentences:
        if kind is BlockKind.CORRECTION:
            note.append(span)
        elif note:
            yield note
            note = []
    if note:
        yield note


def _apply(text: str, note: Sequence[Span], sentences: Sequence[Sentence]) -> list[Sentence]:
    clauses = {span: list(_clauses(text, span)) for span in note}
    wrong, right = _values(text, [clause for each in clauses.values() for clause in each])
    if not wrong:
        return list(sentences)
    repeated = _repeats(text, note, sentences, wrong, right) if right else frozenset()
    found: list[Sentence] = []
    for span, kind in sentences:
        if span in clauses:
            found += _note_parts(text, span, clauses[span], wrong)
        else:
            found.append((span, BlockKind.WITHDRAWN if span in repeated else kind))
    return found


def _clauses(text: str, sentence: Span) -> Iterator[_Clause]:
    """Cut a sentence of a note into clauses that state the wrong or the right value."""
    start, wrong, contrast = sentence.start, False, False
    for cut in [*_CLAUSE.finditer(text, sentence.start, sentence.end), None]:
        end = cut.start() if cut else sentence.end
        if not contrast:
            wrong = _WRONG.search(text, start, end) is not None
        yield _Clause(Span(start, end), wrong, contrast)
        if cut:
            contrast = cut["other"] is not None
            # The connecting word stays: it introduces a name.
            wrong, start = not wrong, cut.start() if contrast else cut.end()


def _values(text: str, clauses: Sequence[_Clause]) -> tuple[_Values, _Values]:
    """Return the wrong values and the right ones. A value in both is right."""
    wrong, right = _Values(), _Values()
    for clause in clauses:
        content = text[clause.span.start : clause.span.end]
        if changed := _changed(content):
            wrong.quantities += _quantities(changed)
            content = content.replace(changed, " ")
        into = wrong if clause.wrong else right
        into.quantities += _quantities(content)
        names = _NAME if clause.wrong else _RIGHT_NAME
        into.names += [match["name" if clause.wrong else 0] for match in names.finditer(content)]
    wrong.quantities = [
        (quantity, noun)
        for quantity, noun in wrong.quantities
        if (quantity.unit or noun) and not any(quantity.is_same(o) for o, _ in right.quantities)
    ]
    right.names = _without_opening_words(right.names)
    wrong.names = [
        name
        for name in _without_opening_words(wrong.names)
        if not any(name in other for other in right.names)
    ]
    return wrong, right


def _without_opening_words(names: Sequence[str]) -> list[str]:
    """Leave out words that only their place at the start of a clause capitalizes."""
    return [name for name in names if name.lower() not in _OPENING_WORDS]


def _changed(content: str) -> str:
    """Return the old value of "corrects the price to $5 from $6", or an empty string."""
    match = _FROM.search(content) if _CHANGED.search(content) else None
    return (match["wrong"] or match["last"]) if match else ""


def _note_parts(
    text: str, span: Span, clauses: Sequence[_Clause], wrong: _Values
) -> Iterator[Sentence]:
    """Yield a sentence of the note, cut after a clause that is wrong as a whole."""
    start, kind, kept = span.start, BlockKind.CORRECTION, False
    for clause, following in zip(clauses, [*clauses[1:], None], strict=True):
        content = text[clause.span.start : clause.span.end]
        if not clause.wrong or clause.contrast or not wrong.are_in(content):
            kept = kept or (not clause.wrong and bool(_quantities(content)))
            continue
        last = following is None or not text[clause.span.end : span.end].strip(" ;\n")
        if last and not kept:
            kind = BlockKind.WITHDRAWN
            break
        if last and text[clause.span.start - 1] == ";":
            yield Span(start, clause.span.start), kind
            start, kind = clause.span.start, BlockKind.WITHDRAWN
            break
        if following and not following.contrast and text[clause.span.end] == ";" and not last:
            yield Span(start, clause.span.end + 1), BlockKind.WITHDRAWN
            start, kept = clause.span.end + 1, False
            while text[start].isspace():
                start += 1
    while start < span.end and text[start].isspace():
        start += 1
    yield Span(start, span.end), kind


def _repeats(
    text: str, note: Sequence[Span], sentences: Sequence[Sentence], wrong: _Values, right: _Values
) -> frozenset[Span]:
    """Return the sentences outside the note that state the wrong value and not the right one. If
    some share a topic with the note, the others measure something else."""
    topics = set().union(*(_topics(text[span.start : span.end]) for span in note))
    topics -= {word.lower() for name in wrong.names for word in name.split()}
    found: dict[Span, bool] = {}
    for span, kind in sentences:
        content = text[span.start : span.end]
        if kind is not BlockKind.CORRECTION and wrong.are_in(content):
            numbers = _Values(right.quantities)
            if not numbers.are_in(content) and not any(
                _has_name(content, name) for name in right.names if wrong.names
            ):
                found[span] = bool(topics & _topics(content))
    by_topic = any(found.values()) or not wrong.quantities
    return frozenset(span for span, shared in found.items() if shared or not by_topic)


def _topics(text: str) -> set[str]:
    words = {word.group().lower() for word in _TOPIC.finditer(text)}
    return words - FUNCTION_WORDS - _NOTE_WORDS


@lru_cache(10_000)  # every note of an article is compared with every sentence
def _quantities(text: str) -> tuple[tuple[Quantity, str], ...]:
    """Read the quantities, each with the word after it."""
    words = read_words(text)
    starts = [word.start for word in words]
    after = {}
    for quantity in read_quantities(text, words):
        following = bisect_left(starts, quantity.end)
        after[quantity] = words[following].lower if following < len(words) else ""
    return tuple(after.items())


def _has_name(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
