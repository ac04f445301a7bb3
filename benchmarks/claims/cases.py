"""Claims made from one article, each with the sentences that it cites and the expected verdict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.claims.corruptions import ATTRIBUTED, CORRUPTIONS, hedged, join_facts
from benchmarks.claims.rewordings import REWORDINGS, merge

_BESIDE = 0.5  # share of claims that also cite a neighbouring sentence


@dataclass(frozen=True, slots=True)
class Text:
    """Article that claims are made from. `sentences` leaves headings out. `retold` gives the
    paraphrases of each sentence; it is empty if the article has none."""

    id: str
    title: str
    sentences: tuple[str, ...]
    retold: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """Claim of one kind with its evidence. `supported` says whether the evidence supports the
    claim."""

    text: str
    title: str
    kind: str
    claim: str
    evidence: tuple[str, ...]
    supported: bool


def cases(text: Text, others: Sequence[str], seed: int) -> Iterator[Case]:
    """Yield one claim of every kind that applies, for each sentence of the article. `others` are
    names from other articles, used for swaps. The same seed gives the same claims."""
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
    """Return the sentence, in half of the cases together with the next one (the previous one at the
    end of the text)."""
    if random.random() < _BESIDE and len(text.sentences) > 1:
        beside = place + 1 if place + 1 < len(text.sentences) else place - 1
        return sentence, text.sentences[beside]
    return (sentence,)


def _of_retold(
    text: Text, place: int, claim: str, random: Random, others: Sequence[str]
) -> Iterator[Case]:
    """Yield a paraphrase as a supported claim, and its corruptions as unsupported claims."""
    evidence = _cited(text, place, text.sentences[place], random)
    yield Case(text.id, text.title, "retold", claim, evidence, True)
    for kind, change in CORRUPTIONS.items():
        if corrupted := change(claim, random, others):
            yield Case(text.id, text.title, f"retold, {kind}", corrupted, evidence, False)


def _of_changed_evidence(text: Text, place: int, random: Random) -> Iterator[Case]:
    """Yield a claim about a sentence that was given a hedge; the claim drops the hedge or keeps it.

    Few sentences contain a hedge of their own, so one is added to the evidence.
    """
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
    """Yield claims that cite two consecutive sentences: both merged, their facts mixed up, or
    another sentence of the text."""
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
