"""Choosing the sentences that answer, from what retrieval found."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.search import SentenceHit

MAX_EVIDENCE = 3
# A further sentence is shown only where it is nearly as good as the best: a short answer with
# one right sentence beats three of which one is right.
_NEARLY_AS_GOOD = 0.9


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence with its score, higher is better, and the probability that it answers."""

    hit: SentenceHit
    score: float


def rank_evidence(hits: Sequence[SentenceHit]) -> list[Evidence]:
    """All hits, best first."""
    ranked = [Evidence(hit, hit.score) for hit in hits]
    return sorted(ranked, key=lambda evidence: -evidence.score)


def choose_evidence(ranked: Sequence[Evidence]) -> list[Evidence]:
    """The best sentence and those nearly as good, without saying the same words twice."""
    chosen: list[Evidence] = []
    seen: set[str] = set()
    for evidence in ranked:
        words = " ".join(evidence.hit.sentence.text.casefold().split())
        if evidence.score < _NEARLY_AS_GOOD * ranked[0].score or len(chosen) == MAX_EVIDENCE:
            break
        if words not in seen:
            seen.add(words)
            chosen.append(evidence)
    return chosen
