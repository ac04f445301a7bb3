"""The claims of one article, each with the sentences that it cites and whether they carry it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.claims.corrupting import ATTRIBUTED, CORRUPTIONS, hedged, join_facts
from benchmarks.claims.rewording import REWORDINGS, merge

_BESIDE = 0.5  # how often a neighbour is cited along
Change = Callable[[str, Random, Sequence[str]], str | None]


@dataclass(frozen=True, slots=True)
class Text:
    """What claims are made from: an article as its sentences, headings left out, and what some of
    these say in other words."""

    id: str
    title: str
    sentences: tuple[str, ...]
    retold: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A claim of a kind, and whether its evidence carries it."""

    text: str
    title: str
    kind: str
    claim: str
    evidence: tuple[str, ...]
    supported: bool


def cases(text: Text, others: Sequence[str], seed: int) -> Iterator[Case]:
    """One claim of every kind that a sentence lends itself to, for each of the sentences. `others`
    are names from elsewhere."""
    random = Random(f"{seed}/{text.id}")
    for place, sentence in enumerate(text.sentences):
        for kind, change in (REWORDINGS | CORRUPTIONS).items():
            if claim := change(sentence, random, others):
                evidence = _cited(text, place, sentence, random)
                yield Case(text.id, text.title, kind, claim, evidence, kind in REWORDINGS)
        for claim in text.retold[place] if text.retold else ():
            yield from _of_retold(text, place, claim, random, others)
        yield from _of_changed_evidence(text, place, random)
        yield from _of_two(text, place, random)


def _cited(text: Text, place: int, sentence: str, random: Random) -> tuple[str, ...]:
    """The sentence, and as often as not the one after or before it."""
    if random.random() < _BESIDE and len(text.sentences) > 1:
        beside = place + 1 if place + 1 < len(text.sentences) else place - 1
        return sentence, text.sentences[beside]
    return (sentence,)


def _of_retold(
    text: Text, place: int, claim: str, random: Random, others: Sequence[str]
) -> Iterator[Case]:
    """The sentence in other words, and those corrupted."""
    evidence = _cited(text, place, text.sentences[place], random)
    yield Case(text.id, text.title, "retold", claim, evidence, True)
    for kind, change in CORRUPTIONS.items():
        if corrupted := change(claim, random, others):
            yield Case(text.id, text.title, f"retold, {kind}", corrupted, evidence, False)


def _of_changed_evidence(text: Text, place: int, random: Random) -> Iterator[Case]:
    """Few sentences have a hedge to drop: some get one first, that the claim keeps or drops."""
    sentence = text.sentences[place]
    changed = hedged(sentence, random)
    if changed is None:
        return
    evidence = _cited(text, place, changed, random)
    if random.random() < ATTRIBUTED:
        yield Case(text.id, text.title, "hedge dropped", sentence, evidence, False)
    else:
        yield Case(text.id, text.title, "hedge kept", changed, evidence, True)


def _of_two(text: Text, place: int, random: Random) -> Iterator[Case]:
    """What becomes of two sentences that both are cited."""
    if place + 1 == len(text.sentences):
        return
    pair = text.sentences[place], text.sentences[place + 1]
    if merged := merge(*pair):
        yield Case(text.id, text.title, "merged", merged, pair, True)
    if joined := join_facts(*pair, random):
        yield Case(text.id, text.title, "joined facts", joined, pair, False)
    if len(text.sentences) > 4:
        away = random.choice([s for s in text.sentences if s not in pair])
        if not set(away.lower().split()) <= set(" ".join(pair).lower().split()):
            yield Case(text.id, text.title, "of another sentence", away, pair, False)
