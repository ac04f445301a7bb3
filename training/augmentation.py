"""Unanswerable and misspelt questions made from answerable ones.

A set of answerable questions cannot teach that the answer is missing. So the answering sentence is
removed, a name or a word of the question is swapped for one that the article does not have, or the
question is put to another article.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import replace

from bot.answering.question.analysis import QuestionAnalysis, WordWeights, stem
from index.text.words import read_words
from training.examples import SentenceList

_NAME = re.compile(r"(?<=\s)(?:[A-Z][\w’'-]*|\d{4})(?:\s+(?:of\s+|the\s+)?[A-Z][\w’'-]*)*")
_WORD = re.compile(r"\b[a-z]{4,}\b")


def augmented(lists: list[SentenceList], weights: WordWeights, seed: int) -> Iterator[SentenceList]:
    """Yield new examples made from `lists`, the same for the same seed."""
    chance = random.Random(seed)
    names = sorted({name for item in lists for name in _NAME.findall(item.question)})
    words = sorted({word for item in lists for word in _content(item.question, weights)})
    for item in lists:
        if not any(item.right):
            continue
        yield from removed(item)
        if chance.random() < 0.6:
            yield from _swapped_name(item, names, chance)
        if chance.random() < 0.4:
            yield from _swapped_word(item, words, weights, chance)
        if chance.random() < 0.25:
            yield from _misspelt(item, chance)
        other = chance.choice(lists)
        if other.title != item.title and chance.random() < 0.3:
            yield _unanswerable(other, "crossed", item.question)


def _content(question: str, weights: WordWeights) -> list[str]:
    words = QuestionAnalysis(question, weights).words
    return [word for word in words if word.isalpha() and len(word) > 3]


def removed(item: SentenceList) -> Iterator[SentenceList]:
    """Yield the list without its right sentences, if others are left."""
    kept = tuple(s for s, right in zip(item.sentences, item.right, strict=True) if not right)
    if kept:
        yield replace(
            _unanswerable(item, "removed", item.question),
            sentences=kept,
            right=(False,) * len(kept),
        )


def _unanswerable(item: SentenceList, kind: str, question: str) -> SentenceList:
    return replace(
        item,
        source=f"{item.source}-{kind}",
        question=question,
        right=(False,) * len(item.right),
        answers=None,
    )


def _swapped_name(
    item: SentenceList, names: list[str], chance: random.Random
) -> Iterator[SentenceList]:
    article = f"{item.title} {' '.join(item.sentences)}".lower()
    present = [name for name in _NAME.findall(item.question) if name.lower() in article]
    others = [name for name in chance.choices(names, k=8) if name.lower() not in article]
    if present and others:
        name = chance.choice(present)
        other = next((o for o in others if o[0].isdigit() == name[0].isdigit()), others[0])
        yield _unanswerable(item, "other-name", item.question.replace(name, other))


def _swapped_word(
    item: SentenceList, words: list[str], weights: WordWeights, chance: random.Random
) -> Iterator[SentenceList]:
    stems = {stem(word.lower) for word in read_words(" ".join(item.sentences))}
    present = [w for w in _WORD.findall(item.question) if stem(w) in stems and weights.weight(w)]
    if not present:
        return
    word = chance.choice(present)
    # The same ending keeps the question grammatical: "invested" becomes "resigned".
    alike = [
        w for w in chance.choices(words, k=300) if w[-2:] == word[-2:] and stem(w) not in stems
    ]
    if alike:
        question = re.sub(rf"\b{word}\b", alike[0], item.question, count=1)
        yield _unanswerable(item, "other-word", question)


def _misspelt(item: SentenceList, chance: random.Random) -> Iterator[SentenceList]:
    words = re.findall(r"\b[A-Za-z]{5,}\b", item.question)
    if not words:
        return
    word = chance.choice(words)
    i = chance.randrange(1, len(word) - 1)
    wrong = chance.choice(
        [word[:i] + word[i + 1 :], word[:i] + word[i + 1] + word[i] + word[i + 2 :]]
    )
    yield replace(
        item, source=f"{item.source}-misspelt", question=item.question.replace(word, wrong, 1)
    )
