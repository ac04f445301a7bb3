"""Checks that a sentence states what the shape of a question asks for: a number, a comparison.

A sentence may be about all that the question names, and still not answer it: "Nvidia invested
$10 billion in Anthropic" is no answer to "Is that more than Microsoft paid?".
"""

from collections.abc import Sequence

from bot.answering.question.analysis import stem, words_outside_quantities
from bot.answering.question.shape import states_comparison
from bot.answering.ranking.evidence import Evidence
from bot.answering.text.cues import CueKind, read_cues
from bot.answering.text.names import names_in
from index.models import Span
from index.text.quantities import Quantity, read_quantities
from index.text.words import FUNCTION_WORDS, Word, read_words

_COUNTING = ("many", "number", "count")  # words before what is counted
_MOST_COUNTED = 3  # words of what is counted: "board members"
_REACH = 4  # words from a number to what it counts: "two separate OpenAI deals"
_YEARS = range(1900, 2101)
_BOUNDS = {CueKind.AT_LEAST, CueKind.AT_MOST}


def comparing(question: str, ranked: Sequence[Evidence]) -> list[Evidence]:
    """Keep the sentences that state a comparison or a superlative, and have, with the title of
    their article, all names of the question."""
    asked = [question[name.start : name.end] for name in names_in(question)]
    return [
        each
        for each in ranked
        if states_comparison(each.hit.sentence.text) and all(_names(each, name) for name in asked)
    ]


def _names(evidence: Evidence, name: str) -> bool:
    sentence = evidence.hit.sentence
    there = {word.lower for word in read_words(f"{sentence.article.title} {sentence.text}")}
    asked = {word.lower for word in read_words(name)} - FUNCTION_WORDS
    return not asked or not there.isdisjoint(asked)


def has_number(question: str, sentence: str) -> bool:
    """Return whether a sentence has a number that the question lacks and that is no year."""
    known = read_quantities(question, read_words(question))
    return any(
        not _is_year(each) and not any(each.is_same(one) for one in known)
        for each in read_quantities(sentence, read_words(sentence))
    )


def _is_year(quantity: Quantity) -> bool:
    return not quantity.unit and quantity.value in _YEARS


def count_in(question: str, sentence: str) -> Span | None:
    """Find the number of what the question counts, with the words up to it and what bounds it: "at
    least two separate OpenAI deals". None if no number of the sentence counts it, or several
    differ."""
    counted = _counted(question)
    words = read_words(sentence)
    found = [
        (quantity, last)
        for quantity in read_quantities(sentence, words)
        for last in [_last_counted(sentence, words, quantity, counted)]
        if last is not None
    ]
    if not found or any(not each.is_same(found[0][0]) for each, _ in found[1:]):
        return None
    first, last = found[0]
    return _with_bound(sentence, Span(first.start, max(first.end, last.start + len(last.surface))))


def _with_bound(sentence: str, number: Span) -> Span:
    """Add the words right before or after a number that make it a bound: "at least", "or more"."""
    start, end = number.start, number.end
    for cue in read_cues(sentence, (), (), lambda _: False):
        if cue.kind in _BOUNDS and sentence[cue.end : start].isspace():
            start = cue.start
        elif cue.kind in _BOUNDS and sentence[end : cue.start].isspace():
            end = cue.end
    return Span(start, end)


def _counted(question: str) -> frozenset[str]:
    """Find the stems of what a question counts: the words between "how many" and the verb."""
    words = [word.lower for word in words_outside_quantities(question)]
    start = next((i for i, word in enumerate(words) if word in _COUNTING), len(words)) + 1
    start += words[start : start + 1] == ["of"]
    start += words[start : start + 1] == ["the"]
    found = list[str]()
    for word in words[start : start + _MOST_COUNTED]:
        if word in FUNCTION_WORDS:
            break
        found.append(stem(word))
        if word.endswith("s"):  # the plural ends the noun: "how many deals carry"
            break
    return frozenset(found)


def _last_counted(
    sentence: str, words: Sequence[Word], quantity: Quantity, counted: frozenset[str]
) -> Word | None:
    """Return the last word of what is counted near a number; None if it counts other things."""
    here = [word for word in words if word.start >= quantity.start]
    reach = sum(word.start < quantity.end for word in here) + _REACH
    last = None
    for word, after in zip(here[:reach], [*here[1:], None], strict=False):
        if stem(word.lower) in counted:
            last = word
        elif last:
            break
        if after and sentence[word.start + len(word.surface) : after.start].strip():
            break
    return last
